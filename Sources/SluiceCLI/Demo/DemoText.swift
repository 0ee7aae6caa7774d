// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceEmulator

/// What the demo says.
enum DemoText {
    /// One thing to try, and what to type for it; within 80 columns.
    struct Try: Hashable, Sendable {
        let what: String
        let commands: [String]
    }

    static func tries(_ addresses: Emulator.Addresses) -> [Try] {
        let url = Self.url(addresses)
        return [
            Try(what: "words, one by one", commands: ["curl -N \(url)tokens"]),
            Try(what: "when each of them came", commands: ["sluice invoke '\(url)tokens?words=20' --timeline"]),
            Try(
                what: "totals, row by row",
                commands: ["printf 'item,amount\\na,1\\nb,2\\n' |", "  curl -N --data-binary @- \(url)rows"]
            ),
            Try(what: "a stream that fails", commands: ["curl -N '\(url)fail?after=3'"]),
            Try(
                what: "binary, its checksum in the head",
                commands: ["curl -N -D- -o /dev/null '\(url)download?bytes=10000000'"]
            ),
            Try(
                what: "as an SDK would call it",
                commands: [
                    Greeting.invokeCommand(DemoCommand.functionName, addresses) + " --stream --payload '{",
                    "  \"version\":\"2.0\",\"rawPath\":\"/tokens\",",
                    "  \"requestContext\":{\"http\":{\"method\":\"GET\"}}}'",
                ]
            ),
        ]
    }

    static func whatToTry(_ addresses: Emulator.Addresses, style: TerminalStyle) -> [String] {
        let tries = Self.tries(addresses).flatMap { item in
            ["  " + style.paint(.dim, item.what)] + item.commands.map { "    " + $0 }
        }
        let opening = [
            "", "A Swift function streams. See it in a browser:", "",
            "    " + style.paint(.bold, Self.url(addresses)), "",
            "or in another terminal:", "",
        ]
        let closing =
            [
                "", "The Lambda API for SDKs is at \(addresses.endpoint)",
            ] + (PathHint.lines + ["Ctrl-C stops it."]).map { style.paint(.dim, $0) } + [""]
        return opening + tries + closing
    }

    private static func url(_ addresses: Emulator.Addresses) -> String {
        addresses.functionURLs.first.map { addresses.functionURL(port: $0.port) } ?? addresses.endpoint + "/"
    }
}
