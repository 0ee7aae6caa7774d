// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceWire
import Testing

@Suite struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func encodesAndDecodesTheVectorsOfTheRFC(_ plain: String, _ encoded: String) {
        #expect(Base64.encode(plain.utf8) == encoded)
        #expect(Base64.decode(encoded.utf8) == Array(plain.utf8))
    }

    @Test func bringsEveryByteBack() {
        for length in 0..<260 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ length) }
            #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
            #expect(Base64.encode(bytes.lazy.map { $0 }) == Base64.encode(bytes))
        }
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "====", "=", "==", "Z===", "Zm9v\n", "Zm 9", "Zm9=v", "Zg==Zg==", "Zm9v====", "Zh==",
        "Zm9=", "Zm-_", "Requires base64", "Requires base64!", "Zg\0=", "é===",
    ])
    func refusesWhatItWouldNotWrite(_ text: String) {
        #expect(Base64.decode(text.utf8) == nil)
    }
}
