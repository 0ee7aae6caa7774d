// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The shapes that HTTP events come in; some sources share one, some have two.
enum EventFormat: Hashable {
    case payload1
    case payload2
    case loadBalancer
    case lattice1
    case lattice2

    /// Decides by a member that no other shape has. All but the load balancer's also have a version somewhere, which
    /// their readers check.
    init(of event: EventMembers) throws(HTTPEventError) {
        let context = event.object["requestContext"]?.objectValue.map { EventMembers($0, path: "requestContext.") }
        if event.has("raw_path") {
            self = .lattice1
        } else if let context, context.has("http") {
            self = .payload2
        } else if let context, context.has("elb") {
            self = .loadBalancer
        } else if let context, context.has("serviceNetworkArn") || context.has("serviceArn") {
            self = .lattice2
        } else if event.has("httpMethod"), let context, context.has("identity") || context.has("resourcePath") {
            self = .payload1
        } else {
            throw Self.complaint(about: event)
        }
    }

    /// What is missing: the one member if the event is close to a shape, or else what each would have.
    private static func complaint(about event: EventMembers) -> HTTPEventError {
        do throws(HTTPEventError) {
            if event.has("rawPath") || event.has("routeKey") {
                _ = try event.requiredObject("requestContext").requiredObject("http")
            }
            if event.has("httpMethod") {
                _ = try event.requiredObject("requestContext").requiredObject("identity")
            }
            if event.has("resource"), event.has("requestContext") {
                _ = try event.requiredString("httpMethod")
            }
        } catch {
            return error
        }
        return .notHTTP(members: event.object.members.map(\.name))
    }
}
