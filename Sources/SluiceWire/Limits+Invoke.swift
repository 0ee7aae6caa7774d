// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What bounds `sluice invoke`.
extension Limits {
    /// How long `sluice invoke` waits for a name's addresses and a connection to one of them, and then once more for
    /// the TLS handshake, in milliseconds. Ours: curl gives up after minutes, and a person is waiting.
    package static let invokeConnectMilliseconds = 10_000
    /// How long the peer of an answer that is over may take to answer TLS's farewell, in milliseconds.
    package static let invokeFarewellMilliseconds = 500
    /// An error's text is shown up to this many characters.
    package static let maximumShownErrorCharacters = 2_000
    /// Of an error reply that is no JSON, this much of the beginning is shown, in bytes.
    package static let shownErrorBodyBytes = 300
}
