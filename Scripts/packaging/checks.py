# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""Whether a program starts on provided.al2023."""
from . import Refusal, limits
from .elf import Elf


def architecture(elf, wanted=None):
    """What Lambda calls the program's machine; refused unless it is the wanted one."""
    found = limits.ARCHITECTURES.get(elf.machine)
    if found is None:
        raise Refusal(
            f"{elf.name} is for ELF machine {elf.machine}; Lambda has x86_64 (62) and arm64 (183): "
            "build on such a machine, or with a Swift SDK for one"
        )
    if wanted not in (None, found):
        raise Refusal(
            f"{elf.name} is for {found}, and --arch asks for {wanted}: build on such a machine, or with a Swift SDK for it: "
            "package-function FOLDER -- --swift-sdk NAME"
        )
    return found


def newest_versions(elf):
    """The newest version of each library's symbols that the program asks for, as {"GLIBC": (2, 34)}."""
    newest = {}
    for _, version, _ in elf.versions:
        prefix, _, number = version.rpartition("_")
        parts = number.split(".")
        if all(part.isdigit() for part in parts):
            newest[prefix] = max(newest.get(prefix, ()), tuple(int(part) for part in parts))
    return newest


def starts(data, name, wanted=None, beside=()):
    """Reads a program and refuses it unless provided.al2023 can start it. `beside` names libraries of the zip itself."""
    elf = Elf(data, name)
    architecture(elf, wanted)
    for prefix, version in sorted(newest_versions(elf).items()):
        bound = limits.NEWEST_SYMBOLS.get(prefix)
        if bound is not None and version > bound:
            asked = ".".join(map(str, version))
            has = ".".join(map(str, bound))
            raise Refusal(
                f"{name} asks for {prefix}_{asked}, and provided.al2023 has {prefix}_{has}: build it on Amazon Linux 2023, "
                "Debian 12 or Ubuntu 22.04, and look for what was built elsewhere and linked into it"
            )
    for library in elf.libraries:
        if library not in limits.LIBRARIES and library not in beside:
            raise Refusal(
                f"{name} needs {library}, which provided.al2023 does not have: link it statically "
                "(libswift*.so: --static-swift-stdlib), or keep it in a layer and say so: --allow-library " + library
            )
    return elf
