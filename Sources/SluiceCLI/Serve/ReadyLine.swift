// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceEmulator
internal import SluiceWire

/// What `--ready json` prints once everything listens.
enum ReadyLine {
    static func json(_ addresses: Emulator.Addresses) -> String {
        var urls = JSONObject()
        for url in addresses.functionURLs {
            urls[url.name] = .string(addresses.functionURL(port: url.port))
        }
        let line: JSONValue = ["endpoint": .string(addresses.endpoint), "functionURLs": .object(urls)]
        return String(buffer: line.serialized())
    }
}
