// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import NIOCore
internal import SluiceServiceWire
internal import SluiceWire

extension TestEvent.Source {
    func event(for request: EventRequest) -> ByteBuffer {
        switch self.value {
        case .functionURL: Self.functionURL(request)
        case .httpAPI: Self.httpAPI(request).serialized()
        case .httpAPIFormat1: Self.gateway(request, isHTTPAPI: true).serialized()
        case .restAPI: Self.gateway(request, isHTTPAPI: false).serialized()
        case .loadBalancer: Self.loadBalancer(request, isMultiValue: false).serialized()
        case .loadBalancerMultiValue: Self.loadBalancer(request, isMultiValue: true).serialized()
        case .vpcLattice: Self.lattice(request).serialized()
        case .vpcLatticeVersion1: Self.latticeVersion1(request).serialized()
        }
    }

    /// The same code as of the local Lambda's.
    private static func functionURL(_ request: EventRequest) -> ByteBuffer {
        FunctionURLEvent.json(
            FunctionURLRequest(
                method: request.method.rawValue,
                target: request.target,
                fields: request.fields,
                body: request.body,
                sourceIP: EventRequest.sourceIP,
                port: 443,
                scheme: "https",
                domainName: "abcdefghij.lambda-url.us-east-1.on.aws",
                domainPrefix: "abcdefghij",
                requestID: "e1506fd5-9e7b-434f-bd42-4f8fa224b599",
                traceID: EventRequest.traceID,
                millisecondsSinceEpoch: Int64(EventRequest.milliseconds)
            )
        )
    }

    /// API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs", payload format 2.0.
    private static func httpAPI(_ request: EventRequest) -> JSONObject {
        let (body, isBase64) = request.bodyText
        var headers: [(String, String)] = []
        for field in request.fields where field.name != .cookie {
            if let position = headers.firstIndex(where: { $0.0 == field.name.rawName }) {
                headers[position].1 += "," + field.value
            } else {
                headers.append((field.name.rawName, field.value))
            }
        }
        var parameters: [(String, String)] = []
        for (name, value) in request.parameters(isDecoded: true) {
            if let position = parameters.firstIndex(where: { $0.0 == name }) {
                parameters[position].1 += "," + value
            } else {
                parameters.append((name, value))
            }
        }
        var event: JSONObject = [
            "version": "2.0", "routeKey": "$default",
            "rawPath": .string(request.path), "rawQueryString": .string(request.query),
        ]
        if !request.cookies.isEmpty { event["cookies"] = .array(request.cookies.map { .string($0) }) }
        event["headers"] = EventRequest.object(headers)
        if !parameters.isEmpty { event["queryStringParameters"] = EventRequest.object(parameters) }
        event["requestContext"] = [
            "accountId": .string(EventRequest.accountID), "apiId": "api-id",
            "domainName": .string(EventRequest.host), "domainPrefix": "example",
            "http": [
                "method": .string(request.method.rawValue), "path": .string(request.path), "protocol": "HTTP/1.1",
                "sourceIp": .string(EventRequest.sourceIP), "userAgent": "sluice-testing",
            ],
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": "$default", "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": .number(JSONNumber(EventRequest.milliseconds)),
        ]
        if !body.isNull { event["body"] = body }
        event["isBase64Encoded"] = .bool(isBase64)
        return event
    }

    /// API Gateway Developer Guide, "Input format of a Lambda function for proxy integration"; with a version, payload
    /// format 1.0 of HTTP APIs.
    private static func gateway(_ request: EventRequest, isHTTPAPI: Bool) -> JSONObject {
        let (body, isBase64) = request.bodyText
        let parameters = request.parameters(isDecoded: true)
        var event: JSONObject = isHTTPAPI ? ["version": "1.0"] : [:]
        event["resource"] = isHTTPAPI ? "$default" : "/{proxy+}"
        event["path"] = .string(PathText.decoded(request.path))
        event["httpMethod"] = .string(request.method.rawValue)
        event["headers"] = request.headerObject
        event["multiValueHeaders"] = request.headerLists
        event.setOrNull("queryStringParameters", EventRequest.object(parameters))
        event.setOrNull("multiValueQueryStringParameters", EventRequest.lists(parameters))
        event["requestContext"] = [
            "accountId": .string(EventRequest.accountID), "apiId": "api-id", "resourceId": "abc123",
            "resourcePath": isHTTPAPI ? "$default" : "/{proxy+}",
            "domainName": .string(EventRequest.host), "domainPrefix": "example",
            "extendedRequestId": "JKJaXmPLvHcESHA=", "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "httpMethod": .string(request.method.rawValue), "path": .string(request.path), "protocol": "HTTP/1.1",
            "stage": "$default", "requestTime": "01/Jan/2026:00:00:00 +0000",
            "requestTimeEpoch": .number(JSONNumber(EventRequest.milliseconds)),
            "identity": ["sourceIp": .string(EventRequest.sourceIP), "userAgent": "sluice-testing"],
        ]
        event["pathParameters"] = .some(.null)
        event["stageVariables"] = .some(.null)
        event["body"] = .some(body)
        event["isBase64Encoded"] = .bool(isBase64)
        return event
    }

    /// Elastic Load Balancing, "Use Lambda functions as targets of an Application Load Balancer".
    private static func loadBalancer(_ request: EventRequest, isMultiValue: Bool) -> JSONObject {
        let (body, isBase64) = request.bodyText
        let parameters = request.parameters(isDecoded: false)
        var event: JSONObject = [
            "requestContext": [
                "elb": [
                    "targetGroupArn":
                        "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/lambda/6d0ecf831eec9f09"
                ]
            ],
            "httpMethod": .string(request.method.rawValue), "path": .string(request.path),
        ]
        event[isMultiValue ? "multiValueQueryStringParameters" : "queryStringParameters"] =
            isMultiValue ? EventRequest.lists(parameters) : EventRequest.object(parameters)
        event[isMultiValue ? "multiValueHeaders" : "headers"] =
            isMultiValue ? request.headerLists : request.headerObject
        event["body"] = body.isNull ? "" : body
        event["isBase64Encoded"] = .bool(isBase64)
        return event
    }

    /// VPC Lattice User Guide, "Lambda functions as targets in VPC Lattice".
    private static func lattice(_ request: EventRequest) -> JSONObject {
        let (body, isBase64) = request.bodyText
        let parameters = request.parameters(isDecoded: false)
        var event: JSONObject = [
            "version": "2.0", "path": .string(request.path), "method": .string(request.method.rawValue),
            "headers": request.headerLists,
        ]
        if !parameters.isEmpty { event["queryStringParameters"] = EventRequest.lists(parameters) }
        if !body.isNull { event["body"] = body }
        event["isBase64Encoded"] = .bool(isBase64)
        event["requestContext"] = [
            "serviceNetworkArn": "arn:aws:vpc-lattice:us-east-1:123456789012:servicenetwork/sn-0bf3f2882e9cc805a",
            "serviceArn": "arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-0a40eebed65f8d69c",
            "targetGroupArn": "arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-6d0ecf831eec9f09",
            "identity": [
                "sourceVpcArn": "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-0b8276c84697e7339",
                "type": "none",
            ],
            "region": "us-east-1",
            "timeEpoch": .string("\(EventRequest.milliseconds)000"),
        ]
        return event
    }

    private static func latticeVersion1(_ request: EventRequest) -> JSONObject {
        let (body, isBase64) = request.bodyText
        var event: JSONObject = [
            "raw_path": .string(request.target), "method": .string(request.method.rawValue),
            "headers": request.headerObject,
            "query_string_parameters": EventRequest.object(request.parameters(isDecoded: false)),
        ]
        event["body"] = body.isNull ? "" : body
        event["is_base64_encoded"] = .bool(isBase64)
        return event
    }
}

/// API Gateway decodes a path before it stands in an event.
private enum PathText {
    static func decoded(_ path: String) -> String {
        // A plus sign is none of a space in a path.
        let kept = path.split(separator: "+", omittingEmptySubsequences: false).map { part in
            String(decoding: QueryString.decoded(part.utf8), as: UTF8.self)
        }
        return kept.joined(separator: "+")
    }
}
