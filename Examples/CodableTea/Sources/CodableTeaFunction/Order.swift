// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What a caller sends.
struct Order: Codable {
    enum Tea: String, Codable { case oolong, sencha, assam }

    var tea: Tea
    var cups: Int
    var note: String?
}

/// What it gets for it.
struct Receipt: Codable {
    var tea: Order.Tea
    var minutes: Int

    init(for order: Order) {
        self.tea = order.tea
        self.minutes = 3 * min(max(order.cups, 0), 1_000)
    }
}

/// A line of the stream.
struct Step: Codable {
    var cup: Int
    var of: Int
    var says: String
}
