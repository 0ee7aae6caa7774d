// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// An ELF file with nothing in it but what a loader reads first: machine, libraries, and versions of symbols. It is a few
/// hundred bytes, for every machine and library there may be.
struct CraftedProgram {
    var machine: UInt16 = 62
    var libraries = ["libc.so.6"]
    /// By library.
    var versions: [(library: String, versions: [String])] = [("libc.so.6", ["GLIBC_2.17"])]

    private static let headerBytes = 64 + 2 * 56

    var bytes: [UInt8] {
        var strings = Strings()
        let needed = self.libraries.map { strings.offset(of: $0) }
        let table = self.versionTable(&strings)
        let dynamicBytes = 16 * (needed.count + 4)
        let stringsAt = Self.headerBytes + dynamicBytes
        let tableAt = stringsAt + strings.bytes.count

        var dynamic: [(tag: UInt64, value: UInt64)] = needed.map { (1, UInt64($0)) }
        dynamic += [(5, UInt64(stringsAt)), (10, UInt64(strings.bytes.count))]
        dynamic += [(0x6FFF_FFFE, UInt64(tableAt)), (0, 0)]
        let size = UInt64(tableAt + table.count)
        return self.header
            + little([UInt32(1), 5]) + little([UInt64(0), 0, 0, size, size, 4096])
            + little([UInt32(2), 6])
            + little([
                UInt64(Self.headerBytes), UInt64(Self.headerBytes), UInt64(Self.headerBytes), UInt64(dynamicBytes),
                UInt64(dynamicBytes), 8,
            ])
            + dynamic.flatMap { little([$0.tag, $0.value]) } + strings.bytes + table
    }

    private var header: [UInt8] {
        [0x7F] + Array("ELF".utf8) + [2, 1, 1] + [UInt8](repeating: 0, count: 9)
            + little([UInt16(3), self.machine]) + little([UInt32(1)]) + little([UInt64(0), 64, 0]) + little([UInt32(0)])
            + little([UInt16(64), 56, 2, 64, 0, 0])
    }

    private func versionTable(_ strings: inout Strings) -> [UInt8] {
        var table: [UInt8] = []
        for (index, item) in self.versions.enumerated() {
            let isLast = index == self.versions.count - 1
            table += little([UInt16(1), UInt16(item.versions.count)])
            table += little([
                UInt32(strings.offset(of: item.library)), 16, isLast ? 0 : UInt32(16 + 16 * item.versions.count),
            ])
            for (number, version) in item.versions.enumerated() {
                let isLast = number == item.versions.count - 1
                table += little([UInt32(0)]) + little([UInt16(0), UInt16(number + 2)])
                table += little([UInt32(strings.offset(of: version)), isLast ? 0 : 16])
            }
        }
        return table
    }

    private struct Strings {
        var bytes: [UInt8] = [0]

        mutating func offset(of text: String) -> Int {
            defer { self.bytes += Array(text.utf8) + [0] }
            return self.bytes.count
        }
    }
}

private func little<Number: FixedWidthInteger>(_ numbers: [Number]) -> [UInt8] {
    numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
}
