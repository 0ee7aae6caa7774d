# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""swift-backtrace-static, which writes the backtrace of a crash: the toolchain's own, made to start on provided.al2023."""
import os
import shutil
import struct

from . import Refusal, limits
from .elf import Elf

NAME = "swift-backtrace-static"

# What the runtime of a function has to be told, by the variable SWIFT_BACKTRACE.
SETTINGS = (
    "enable=yes,color=no,interactive=no,registers=none,images=none,"
    f"swift-backtrace=/var/task/{NAME}"
)

# The toolchain for Debian 12 asks for glibc 2.35, for the sake of this function alone. Older ones have it, too, under
# the version with which each architecture began.
YOUNG = "GLIBC_2.35"
FIRST_VERSIONS = {62: "GLIBC_2.2.5", 183: "GLIBC_2.17"}


def find():
    """That of the toolchain in PATH."""
    swift = shutil.which("swift")
    path = swift and os.path.join(os.path.dirname(os.path.realpath(swift)), "../libexec/swift/linux", NAME)
    if not path or not os.path.exists(path):
        raise Refusal(
            f"the toolchain in PATH has no {NAME}: take that of a toolchain for Linux, and say where it is: --backtracer PATH"
        )
    return path


def read(path):
    """The program, for glibc 2.34 if it asks for 2.35 as the toolchain's does; otherwise as it is."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    elf = Elf(bytes(data), os.path.basename(path))
    older = FIRST_VERSIONS.get(elf.machine, "")
    known = [(entry, version) for _, version, entry in elf.versions]
    model = next((entry for entry, version in known if version == older), None)
    for library, version, entry in elf.versions:
        if library == "libm.so.6" and version == YOUNG and model is not None:
            # Hash and name of the older version; the rest of the entry is this one's.
            struct.pack_into("<I", data, entry, struct.unpack_from("<I", data, model)[0])
            struct.pack_into("<I", data, entry + 8, struct.unpack_from("<I", data, model + 8)[0])
    return bytes(data)
