# SPDX-License-Identifier: MIT
msvcp140_VERSION = 14,38,33135,0
