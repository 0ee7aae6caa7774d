// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import PlainSockets

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// All values of all rounds, for programs.
enum JSONReport {
    static func text(machine: String, _ tables: [Table]) -> String {
        let tables = tables.map { table in
            let rows = table.rows.map { Self.row($0, of: table) }
            return """
                {"title":\(Self.string(table.title)),"candidate":\(Self.string(table.candidate)),"rows":[
                \(rows.joined(separator: ",\n"))
                ]}
                """
        }
        return """
            {"machine":\(Self.string(machine)),"tables":[
            \(tables.joined(separator: ",\n"))
            ]}

            """
    }

    private static func row(_ row: Row, of table: Table) -> String {
        var members = [
            #""figure":"\#(row.figure.rawValue)""#,
            #""floor":\#(Self.numbers(table.floor[row.figure]))"#,
            #""measured":\#(Self.numbers(table.measured[row.figure]))"#,
        ]
        if let ratio = table.ratio(row) { members.append(#""ratio":\#(ratio)"#) }
        if row.target != nil { members.append(#""target":\#(Self.string(row.targetText))"#) }
        if let isMet = table.isMet(row) { members.append(#""met":\#(isMet)"#) }
        return "{\(members.joined(separator: ","))}"
    }

    private static func numbers(_ values: [Double]?) -> String {
        "[\((values ?? []).filter(\.isFinite).map { "\($0)" }.joined(separator: ","))]"
    }

    private static func string(_ text: String) -> String {
        var json = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": json += "\\\(scalar)"
            case let control where control.value < 0x20: json += " "
            default: json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }

    static func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw Failure(call: "cannot write \(path)") }
        defer { close(descriptor) }
        var left = Array(text.utf8)[...]
        while !left.isEmpty {
            let count = left.withUnsafeBytes { Bench.writeBytes(descriptor, $0) }
            guard count > 0 else { throw Failure(call: "cannot write \(path)") }
            left = left.dropFirst(count)
        }
    }
}

/// `write` is a method's name here.
private enum Bench {
    static func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        write(descriptor, bytes.baseAddress, bytes.count)
    }
}
