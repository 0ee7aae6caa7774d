// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceServiceWire
import SluiceWire
import Testing

/// Lambda's limits by their names.
@Suite struct ServiceLimitsTests {
    @Test func areLambdasUnlessChanged() {
        let limits = ServiceLimits.lambda
        for limit in ServiceLimit.allCases { #expect(limits[limit] == limit.lambdaValue, "\(limit)") }
        #expect(limits[.requestBytes] == 6_291_456)
        #expect(limits[.asynchronousRequestBytes] == 1_048_576)
        #expect(limits[.responseBytes] == 6_291_556)
        #expect(limits[.streamBytes] == 209_715_200)
        #expect(limits[.environmentBytes] == 4_096)
        #expect(limits.bandwidth == Bandwidth(burstBytes: 6_291_456, bytesPerSecond: 2_097_152))
    }

    @Test func changeByName() throws {
        var limits = ServiceLimits.lambda
        try limits.change("stream-bytes=10")
        try limits.change("request-bytes=off")
        #expect(limits[.streamBytes] == 10)
        #expect(limits[.requestBytes] == Limits.maximumLiftedBytes)
        #expect(limits[.responseBytes] == 6_291_556)
    }

    @Test func areLiftedAsFarAsMemoryAllows() throws {
        #expect(ServiceLimits.off.bandwidth == nil)
        for limit in ServiceLimit.allCases {
            #expect(ServiceLimits.off[limit] == limit.largestValue)
            #expect(limit.largestValue > limit.lambdaValue, "\(limit)")
            var limits = ServiceLimits.lambda
            try limits.change("\(limit.rawValue)=\(limit.largestValue)")
            #expect(throws: ServiceLimitError.self) { try limits.change("\(limit.rawValue)=\(limit.largestValue + 1)") }
        }
    }

    @Test(arguments: ["", "=", "stream-bytes", "stream-bytes=", "stream-bytes=-1", "stream-bytes=6 MB", "bytes=1"])
    func refuseWhatNamesNone(text: String) {
        var limits = ServiceLimits.lambda
        #expect(throws: ServiceLimitError.self) { try limits.change(text) }
        #expect(limits == .lambda)
    }

    @Test func aRateOfNothingIsAMistake() {
        var limits = ServiceLimits.lambda
        let error = #expect(throws: ServiceLimitError.self) { try limits.change("stream-bytes-per-second=0") }
        #expect(error?.description == "stream-bytes-per-second can be 1 to 1000000000000, or off, not '0'")
    }

    @Test func tellWhichOneBitesAndLambdasNumber() {
        #expect(
            ServiceLimit.streamBytes.note("the response is too large", value: 209_715_200)
                == "the response is too large: limit stream-bytes, 209715200 bytes, as on Lambda"
        )
        #expect(
            ServiceLimit.streamBytes.note("the response is too large", value: 10)
                == "the response is too large: limit stream-bytes, 10 bytes; Lambda's is 209715200"
        )
    }

    @Test func requestsASecondGoWithTheConcurrency() throws {
        var limits = ServiceLimits.lambda
        #expect(limits.requestsPerSecond(ofConcurrency: 1_000) == 10_000)
        #expect(limits.requestsPerSecond(ofConcurrency: 1) == 10)
        #expect(limits.requestsPerSecond(ofConcurrency: 0) == nil, "that refuses everything itself")
        try limits.change("requests-per-second=3")
        #expect(limits.requestsPerSecond(ofConcurrency: 7) == 21)
        #expect(limits.requestsPerSecond(ofConcurrency: .max) == nil)
        try limits.change("requests-per-second=off")
        #expect(limits.requestsPerSecond(ofConcurrency: 1) == nil)
        #expect(ServiceLimits.off.requestsPerSecond(ofConcurrency: 1) == nil)
        #expect(throws: ServiceLimitError.self) { try limits.change("requests-per-second=0") }
    }
}
