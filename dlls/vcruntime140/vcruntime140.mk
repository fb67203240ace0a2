# SPDX-License-Identifier: MIT
vcruntime140_VERSION = 14,38,33135,0
