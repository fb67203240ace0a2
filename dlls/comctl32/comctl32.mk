# SPDX-License-Identifier: MIT
comctl32_VERSION = 5,82,19041,3803
