# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""As much of an ELF file as says where it runs: its machine, its libraries, and the versions of their symbols."""
import struct

from . import Refusal

PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
LOAD, DYNAMIC = 1, 2
# Tags of the dynamic section (System V ABI, "Dynamic Section"; Linux Standard Base, "Symbol Versioning").
NEEDED, STRINGS, VERSIONS = 1, 5, 0x6FFFFFFE


class Elf:
    """A program for Linux. Whatever is no such file is refused, however it is broken."""

    def __init__(self, data, name):
        self.data, self.name = data, name
        try:
            self._read()
        except (struct.error, IndexError, ValueError, OverflowError) as error:
            raise self._broken(str(error)) from error

    def _broken(self, why):
        return Refusal(
            f"{self.name} is no program for Linux ({why}): Lambda starts a 64-bit ELF file; on another system than Linux, "
            "build with a Swift SDK for Linux: package-function FOLDER -- --swift-sdk NAME"
        )

    def _read(self):
        if self.data[:4] != b"\x7fELF":
            raise self._broken("it does not begin as one")
        if self.data[4:6] != b"\x02\x01":
            raise self._broken("it is not of 64 bits in little-endian order")
        self.machine = struct.unpack_from("<H", self.data, 18)[0]
        offset = struct.unpack_from("<Q", self.data, 32)[0]
        size, count = struct.unpack_from("<HH", self.data, 54)
        if count and size < PROGRAM_HEADER.size:
            raise ValueError("its program headers are too short")
        headers = [PROGRAM_HEADER.unpack_from(self.data, offset + size * index) for index in range(count)]
        self._loads = [(header[3], header[2], header[5]) for header in headers if header[0] == LOAD]
        self.libraries, self.versions = [], []
        for header in headers:
            if header[0] == DYNAMIC:
                self._read_dynamic(header[2], header[5])

    def _read_dynamic(self, offset, size):
        tags = []
        for tag, value in struct.iter_unpack("<qQ", self.data[offset:offset + size - size % 16]):
            if tag == 0:
                break
            tags.append((tag, value))
        by_tag = dict(tags)
        self._strings = self._place(by_tag.get(STRINGS, 0))
        self.libraries = [self._text(value) for tag, value in tags if tag == NEEDED]
        if VERSIONS in by_tag:
            self._read_versions(self._place(by_tag[VERSIONS]))

    def _read_versions(self, need):
        """Each as (library, version, offset of its entry)."""
        for _ in range(1_000):
            _, count, file, first, following = struct.unpack_from("<HHIII", self.data, need)
            entry = need + first
            for _ in range(count):
                name, next_entry = struct.unpack_from("<II", self.data, entry + 8)
                self.versions.append((self._text(file), self._text(name), entry))
                entry += next_entry
            if following == 0:
                return
            need += following
        raise ValueError("its table of versions has no end")

    def _place(self, address):
        """Where in the file the byte lies that is loaded there."""
        for start, offset, size in self._loads:
            if start <= address < start + size:
                return address - start + offset
        raise ValueError("it refers to what it does not load")

    def _text(self, index):
        start = self._strings + index
        return self.data[start:self.data.index(b"\0", start)].decode("utf-8")
