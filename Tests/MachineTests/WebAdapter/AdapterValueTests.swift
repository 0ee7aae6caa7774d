// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Testing

@testable import SluiceWebAdapter

@Suite struct AdapterValueTests {
    @Test(arguments: [
        ("200", [200], [199, 201]), ("200-204", [200, 202, 204], [199, 205]), ("200,404", [200, 404], [201]),
        (" 500 , 502-504 ", [500, 502, 504], [501, 505]), ("100-599", [100, 599], []),
    ])
    func rangesContainWhatTheySay(text: String, within: [Int], without: [Int]) throws {
        let ranges = try #require(StatusRanges(text))
        #expect(within.allSatisfy(ranges.contains))
        #expect(!without.contains(where: ranges.contains))
    }

    @Test(arguments: [
        "", ",", "200,", "99", "600", "2000", "20", "204-200", "200-", "-200", "200-300-400", "2 00", "+20", "２００",
    ])
    func othersAreNone(text: String) {
        #expect(StatusRanges(text) == nil)
    }

    @Test(arguments: [
        ("/api", "/api/x", "/x"), ("/api", "/api", "/"), ("/api", "/api/", "/"), ("/api", "/apix", "/apix"),
        ("/api", "/api/api/x", "/api/x"), ("/api", "/x/api", "/x/api"), ("api/", "/api/x", "/x"),
        ("/a/b", "/a/b/c", "/c"), ("/a/b", "/a/bc", "/a/bc"), ("/api", "/API/x", "/API/x"),
        ("/api", "//api/x", "//api/x"),
        ("/api", "/api//x", "//x"), ("/a%20b", "/a%20b/c", "/c"),
    ])
    func aBasePathIsRemovedOnceAndWhereASegmentEnds(base: String, path: String, expected: String) throws {
        #expect(try #require(BasePath(base)).removed(from: path) == expected)
    }

    @Test(arguments: ["", "/", "//"])
    func aBasePathOfNothingIsNone(text: String) {
        #expect(BasePath(text) == nil)
    }

    @Test func theTailOfAnOutputIsItsLastLines() {
        var tail = ErrorTail()
        #expect(tail.lines == [])
        for number in 1...2_000 { tail.append(Array("line \(number)\n".utf8)) }
        #expect(tail.lines == (1_991...2_000).map { "line \($0)" })
        tail.append(Array("\u{1B}[31mred\n\n  \nlast".utf8))
        #expect(tail.lines.suffix(2) == ["[31mred", "last"])
    }

    @Test func theTailOfOneEndlessLineIsBounded() {
        var tail = ErrorTail()
        for _ in 0..<100 { tail.append([UInt8](repeating: 0x78, count: 10_000)) }
        #expect(tail.lines == [String(repeating: "x", count: AdapterLimits.errorOutputBytes)])
    }

    @Test func listenersAreThoseOfTheKernelsTableThatListen() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
               1: 00000000:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2
               2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 3
               3: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0 0 0 0 0 0
               4: garbage
            """
        #expect(Listeners.ports(inTable: table) == [8_080, 3_000, 80])
        #expect(Listeners.ports(inTable: "") == [])
    }

    /// As Node.js does for `localhost`, where that is `::1` first.
    @Test func whoListensOnTheOtherLoopbackIsNamedWithIt() {
        let head = "  sl  local_address rem_address   st\n"
        let tcp = head + "   0: 0100007F:0BB8 00000000:0000 0A\n"
        let zero = String(repeating: "0", count: 32)
        let one = String(repeating: "0", count: 24) + "01000000"
        let tcp6 = head + "   0: \(one):1F90 \(zero):0000 0A\n   1: \(zero):0050 \(zero):0000 0A\n"
        #expect(
            Listeners.names(tcp: tcp, tcp6: tcp6, without: 3_000) == ["port 80", "port 8080 of ::1 (AWS_LWA_HOST=::1)"]
        )
    }

    @Test func theNearestNameIsTheOneWithTheFewestChanges() {
        #expect(EditDistance.between("", "abc") == 3)
        #expect(EditDistance.between("kitten", "sitting") == 3)
        #expect(EditDistance.between("same", "same") == 0)
    }
}
