// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// How much is measured.
struct Amounts {
    /// Beside the one that is thrown away.
    var rounds = 11
    var hasWarmUpRound = true
    /// Whether figures say anything, and can be held against their targets.
    var areMeaningful = true
    var starts = 5
    var warmUps = 300
    var tinyInvocations = 3_000
    var smallStreams = 300
    var largeChunkBytes = 200_000_000
    var smallChunkBytes = 50_000_000
    var stallMilliseconds = 300
    /// Of 64 bytes each.
    var liveChunks = 200_000
    var calls = 500
    var callWarmUps = 50
    var pacedCallsEach = 10
    var codecMessages = 20_000
    /// Of 64 bytes. Botocore, which takes that much longer, decodes a twentieth of each.
    var smallCodecMessages = 1_000_000

    static let full = Amounts()

    /// The same amounts, fewer times.
    static let quick: Amounts = {
        var amounts = Amounts()
        amounts.rounds = 3
        return amounts
    }()

    /// Whether every row can be measured, and nothing else: also with debug builds on a busy machine.
    static let smoke: Amounts = {
        var amounts = Amounts()
        amounts.rounds = 1
        amounts.hasWarmUpRound = false
        amounts.areMeaningful = false
        amounts.starts = 1
        amounts.warmUps = 10
        amounts.tinyInvocations = 100
        amounts.smallStreams = 40
        amounts.largeChunkBytes = 20_000_000
        amounts.smallChunkBytes = 2_000_000
        amounts.stallMilliseconds = 100
        amounts.liveChunks = 5_000
        amounts.calls = 50
        amounts.callWarmUps = 5
        amounts.pacedCallsEach = 2
        amounts.codecMessages = 200
        amounts.smallCodecMessages = 10_000
        return amounts
    }()
}
