#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""Prints how many MB a program has when it is compressed, and the newest version of glibc that it asks for."""
import os
import sys
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Scripts"))
from packaging.elf import Elf  # noqa: E402

with open(sys.argv[1], "rb") as file:
    data = file.read()
versions = [
    tuple(int(part) for part in name[len("GLIBC_"):].split("."))
    for _, name, *_ in (Elf(data, sys.argv[1]).versions if data[:4] == b"\x7fELF" else [])
    if name.startswith("GLIBC_") and name[len("GLIBC_"):].replace(".", "").isdigit()
]
print("zipped %.2f" % (len(zlib.compress(data, 9)) / 1e6))
# As a number: 2.34, and 2.4 as 2.04. Of a program without a shared glibc, 0.
newest = max(versions, default=(0, 0))
print("glibc %d.%02d" % newest[:2])
