// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice

/// Takes orders as JSON, and answers with a receipt, or with each step as it is done.
public let teaHouse = HTTPFunction { request, context in
    guard request.method == .post else {
        return .text("POST an order, such as {\"tea\":\"oolong\",\"cups\":2}\n", status: .notFound)
    }
    // A body that is no order throws, and the caller gets 400 with the place and what was expected there.
    let order = try request.decode(Order.self)
    switch request.path {
    case "/receipt": return try .json(encoding: Receipt(for: order), status: .created)
    case "/steps":
        return .jsonLines { lines in
            for cup in 1...max(1, order.cups) {
                try await lines.send(encoding: Step(cup: cup, of: order.cups, says: "pouring \(order.tea.rawValue)"))
                try await context.clock.sleep(for: .milliseconds(300))
            }
        }
    default: return .text("Try /receipt and /steps\n", status: .notFound)
    }
}
