// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What bounds CORS of Function URLs. (Lambda API, `Cors`.)
extension Limits {
    /// How many entries `AllowOrigins`, `AllowHeaders` and `ExposeHeaders` may each have, and `AllowMethods`.
    package static let maximumCORSEntries = 100
    package static let maximumCORSMethods = 6
    /// The longest entry of each, in characters.
    package static let maximumCORSOriginCharacters = 253
    package static let maximumCORSHeaderCharacters = 1_024
    package static let maximumCORSMethodCharacters = 6
    /// The largest `MaxAge`, in seconds.
    package static let maximumCORSMaxAgeSeconds = 86_400

    /// Of what a preflight asked for, and of the list that it is not in, the log shows up to this many characters.
    package static let maximumShownCORSCharacters = 200
}
