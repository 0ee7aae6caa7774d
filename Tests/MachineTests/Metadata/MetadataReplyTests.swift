// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HTTPTypes
import SluiceServiceWire
import Testing

/// What the metadata endpoint answers to whom.
@Suite struct MetadataReplyTests {
    private static func reply(_ authorization: String?, to method: HTTPRequest.Method = .get) -> MetadataReply {
        MetadataReply(
            method: method,
            authorization: authorization,
            token: "secret",
            zone: AvailabilityZoneID(region: "us-east-1")
        )
    }

    @Test func whoHasTheTokenLearnsTheZoneAndMayKeepIt() {
        let reply = Self.reply("Bearer secret")
        #expect(reply.status == 200)
        #expect(reply.body == #"{"AvailabilityZoneID":"use1-az1"}"#)
        #expect(reply.fields[.contentType] == "application/json")
        #expect(reply.fields[.cacheControl] == "private, max-age=43200, immutable")
    }

    @Test(arguments: [
        nil, "", "secret", "Bearer", "Bearer ", "bearer secret", "Bearer secrets", "Bearer Secret", "Basic x",
    ])
    func nobodyElseDoes(authorization: String?) {
        let reply = Self.reply(authorization)
        #expect(reply.status == 401)
        #expect(reply.body == "Unauthorized\n")
        #expect(reply.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(reply.fields[.cacheControl] == nil)
    }

    @Test(arguments: [HTTPRequest.Method.post, .put, .head, .delete])
    func nothingIsWrittenThere(method: HTTPRequest.Method) {
        for authorization in [nil, "Bearer secret"] {
            let reply = Self.reply(authorization, to: method)
            #expect(reply.status == 405)
            #expect(reply.body == "Method Not Allowed\n")
        }
    }

    /// As `ec2:DescribeAvailabilityZones` spells them.
    @Test(arguments: [
        ("us-east-1", "use1-az1"), ("us-west-2", "usw2-az1"), ("eu-central-1", "euc1-az1"),
        ("ap-northeast-1", "apne1-az1"), ("ap-southeast-2", "apse2-az1"), ("ap-south-1", "aps1-az1"),
        ("me-central-1", "mec1-az1"), ("us-gov-east-1", "usge1-az1"), ("cn-northwest-1", "cnnw1-az1"),
        ("sa-east-1", "sae1-az1"), ("eu-west-10", "euw10-az1"),
    ])
    func theZoneIsNamedAfterTheRegion(region: String, zone: String) {
        #expect(AvailabilityZoneID(region: region).text == zone)
    }

    @Test(arguments: ["", "-", "x", "my\"region\n-1", "---", "é-ü"])
    func aRegionThatIsNoneStaysJSON(region: String) {
        let text = AvailabilityZoneID(region: region).text
        #expect(text.hasSuffix("-az1"))
        #expect(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") })
    }
}
