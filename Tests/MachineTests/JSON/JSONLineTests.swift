// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import NIOCore
import SluiceWire
import Testing

@Suite struct JSONLineTests {
    @Test(arguments: ["{}", "1", #"{"a":"\n\r","b":"é\u2028"}"#])
    func endsALine(json: String) throws {
        var line = ByteBuffer(string: json)
        try JSONLine.end(&line)
        #expect(String(buffer: line) == json + "\n")
    }

    @Test(arguments: ["\n", "{}\n", "{\r\n}", "{\"a\":\n1}", "\r", "{}\r"])
    func refusesWhatWouldBeSeveralLines(json: String) {
        var line = ByteBuffer(string: json)
        #expect(throws: JSONLineError.lineBreak) { try JSONLine.end(&line) }
        #expect(String(buffer: line) == json)
    }

    @Test func refusesAnEmptyLine() {
        var line = ByteBuffer()
        #expect(throws: JSONLineError.empty) { try JSONLine.end(&line) }
        #expect(line.readableBytes == 0)
    }
}
