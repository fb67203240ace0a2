# SPDX-License-Identifier: MIT
vcruntime140_1_VERSION = 14,38,33135,0
