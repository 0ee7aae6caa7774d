// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// One event of each shape, with the members that AWS documents for it.
enum EventSamples {
    /// Lambda Developer Guide, "Invoking Lambda function URLs", request payload format.
    static let functionURL = #"""
        {"version":"2.0","routeKey":"$default","rawPath":"/my/path",
        "rawQueryString":"parameter1=value1&parameter1=value2&parameter2=value","cookies":["cookie1","cookie2"],
        "headers":{"header1":"value1","header2":"value1,value2"},
        "queryStringParameters":{"parameter1":"value1,value2","parameter2":"value"},
        "requestContext":{"accountId":"123456789012","apiId":"abcdefg","authentication":null,
        "authorizer":{"iam":{"accessKey":"AKIA...","accountId":"111122223333","cognitoIdentity":null}},
        "domainName":"abcdefg.lambda-url.us-west-2.on.aws","domainPrefix":"abcdefg",
        "http":{"method":"POST","path":"/my/path","protocol":"HTTP/1.1","sourceIp":"123.123.123.123","userAgent":"agent"},
        "requestId":"id","routeKey":"$default","stage":"$default","time":"12/Mar/2020:19:03:58 +0000",
        "timeEpoch":1583348638390},"body":"Hello from client!","pathParameters":null,"isBase64Encoded":false,
        "stageVariables":null}
        """#

    /// API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs", format 2.0.
    static let httpAPI2 = #"""
        {"version":"2.0","routeKey":"$default","rawPath":"/my/path",
        "rawQueryString":"parameter1=value1&parameter1=value2&parameter2=value","cookies":["cookie1","cookie2"],
        "headers":{"header1":"value1","header2":"value1,value2"},
        "queryStringParameters":{"parameter1":"value1,value2","parameter2":"value"},
        "requestContext":{"accountId":"123456789012","apiId":"api-id",
        "authentication":{"clientCert":{"clientCertPem":"CERT_CONTENT","subjectDN":"www.example.com"}},
        "authorizer":{"jwt":{"claims":{"claim1":"value1"},"scopes":["scope1"]}},
        "domainName":"id.execute-api.us-east-1.amazonaws.com","domainPrefix":"id",
        "http":{"method":"POST","path":"/my/path","protocol":"HTTP/1.1","sourceIp":"192.0.2.1","userAgent":"agent"},
        "requestId":"id","routeKey":"$default","stage":"$default","time":"12/Mar/2020:19:03:58 +0000",
        "timeEpoch":1583348638390},"body":"Hello from Lambda","pathParameters":{"parameter1":"value1"},
        "isBase64Encoded":false,"stageVariables":{"stageVariable1":"value1"}}
        """#

    /// The same page, format 1.0.
    static let httpAPI1 = #"""
        {"version":"1.0","resource":"/my/path","path":"/my/path","httpMethod":"GET",
        "headers":{"header1":"value1","header2":"value2"},
        "multiValueHeaders":{"header1":["value1"],"header2":["value1","value2"]},
        "queryStringParameters":{"parameter1":"value1","parameter2":"value"},
        "multiValueQueryStringParameters":{"parameter1":["value1","value2"],"parameter2":["value"]},
        "requestContext":{"accountId":"123456789012","apiId":"id","authorizer":{"claims":null,"scopes":null},
        "domainName":"id.execute-api.us-east-1.amazonaws.com","domainPrefix":"id","extendedRequestId":"request-id",
        "httpMethod":"GET","identity":{"accessKey":null,"sourceIp":"192.0.2.1","userAgent":"user-agent"},
        "path":"/my/path","protocol":"HTTP/1.1","requestId":"id=","requestTime":"04/Mar/2020:19:15:17 +0000",
        "requestTimeEpoch":1583349317135,"resourceId":null,"resourcePath":"/my/path","stage":"$default"},
        "pathParameters":null,"stageVariables":null,"body":"Hello from Lambda!","isBase64Encoded":false}
        """#

    /// API Gateway Developer Guide, "Input format of a Lambda function for proxy integration".
    static let restAPI = #"""
        {"resource":"/{proxy+}","path":"/hello/world","httpMethod":"POST",
        "headers":{"Accept":"*/*","content-type":"text/plain","Cookie":"a=1; b=2","X-Twice":"second"},
        "multiValueHeaders":{"Accept":["*/*"],"content-type":["text/plain"],"Cookie":["a=1; b=2"],
        "X-Twice":["first","second"]},
        "queryStringParameters":{"name":"you & me","empty":"","two":"ü"},
        "multiValueQueryStringParameters":{"name":["me","you & me"],"empty":[""],"two":["ü"]},
        "pathParameters":{"proxy":"hello/world"},"stageVariables":{"stageVariableName":"stageVariableValue"},
        "requestContext":{"resourceId":"roq9wj","resourcePath":"/{proxy+}","httpMethod":"POST",
        "path":"/testStage/hello/world","accountId":"123456789012","protocol":"HTTP/1.1","stage":"testStage",
        "domainPrefix":"testPrefix","domainName":"testPrefix.execute-api.us-west-2.amazonaws.com","apiId":"gy415nuibc",
        "requestId":"deef4878-7910-11e6-8f14-25afc3e9ae33","requestTimeEpoch":1583349317135,
        "identity":{"cognitoIdentityPoolId":null,"userAgent":"curl/8","sourceIp":"192.0.2.2"}},
        "body":"{\r\n\t\"a\": 1\r\n}","isBase64Encoded":false}
        """#

    /// Elastic Load Balancing, "Use Lambda functions as targets of an Application Load Balancer".
    static let loadBalancer = #"""
        {"requestContext":{"elb":{"targetGroupArn":"arn:aws:elasticloadbalancing:region:123456789012:targetgroup/t/6d0e"}},
        "httpMethod":"GET","path":"/a%20b","queryStringParameters":{"q":"a%20b%26c","empty":"","eq%3D":"x=y+z"},
        "headers":{"accept":"text/html,application/xhtml+xml","content-type":"text/plain","cookie":"a=1; b=2",
        "host":"lambda-846800462-us-east-2.elb.amazonaws.com","user-agent":"Mozilla/5.0",
        "x-amzn-trace-id":"Root=1-5bdb40ca-556d8b0c50dc66f0511bf520","x-forwarded-for":"10.0.0.1, 72.21.198.66",
        "x-forwarded-port":"443","x-forwarded-proto":"https"},"isBase64Encoded":false,"body":"request_body"}
        """#

    /// The same page, with multi-value headers.
    static let loadBalancerMultiValue = #"""
        {"requestContext":{"elb":{"targetGroupArn":"arn:aws:elasticloadbalancing:region:123456789012:targetgroup/t/6d0e"}},
        "httpMethod":"POST","path":"/","multiValueQueryStringParameters":{"myKey":["val1","val%202"],"none":[]},
        "multiValueHeaders":{"accept":["*/*"],"cookie":["name1=value1","name2=value2"],
        "host":["lambda.elb.amazonaws.com"],"x-forwarded-for":["72.21.198.66:50123"]},
        "isBase64Encoded":true,"body":"AP8="}
        """#

    /// VPC Lattice User Guide, "Lambda functions as targets in VPC Lattice", version 2.
    static let lattice2 = #"""
        {"version":"2.0","path":"/newpath","method":"GET",
        "headers":{"user-agent":["curl/7.64.1"],"x-forwarded-for":["10.213.229.10"],
        "host":["test.abc.vpc-lattice-svcs.us-east-2.on.aws"],"header1":["value1","value2"],"cookie":["a=1"]},
        "queryStringParameters":{"order-id":["1","2%2F3"]},"body":"{\"message\": \"Hello\"}","isBase64Encoded":false,
        "requestContext":{"serviceNetworkArn":"arn:aws:vpc-lattice:us-east-2:123456789012:servicenetwork/sn-0bf3",
        "serviceArn":"arn:aws:vpc-lattice:us-east-2:123456789012:service/svc-0a40",
        "targetGroupArn":"arn:aws:vpc-lattice:us-east-2:123456789012:targetgroup/tg-6d0e",
        "identity":{"sourceVpcArn":"arn:aws:ec2:us-east-2:123456789012:vpc/vpc-0b82","type":"AWS_IAM"},
        "region":"us-east-2","timeEpoch":"1690497599177430"}}
        """#

    /// The same page, version 1.
    static let lattice1 = #"""
        {"raw_path":"/testpath","method":"PUT","headers":{"user_agent":"curl/7.64.1","x-forwarded-for":"10.213.229.10",
        "host":"test.abc.vpc-lattice-svcs.us-east-2.on.aws","header2":"value1,value2"},
        "query_string_parameters":{"order-id":"1"},"body":"eyJ0ZXN0IjogImV2ZW50In0=","is_base64_encoded":true}
        """#

    static let all = [
        functionURL, httpAPI2, httpAPI1, restAPI, loadBalancer, loadBalancerMultiValue, lattice2, lattice1,
    ]
}
