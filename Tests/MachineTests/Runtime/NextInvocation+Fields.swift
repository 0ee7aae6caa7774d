// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import SluiceWire

extension NextInvocation {
    /// All fields at once, as a test has them.
    init(fields: [(name: String, value: String)]) throws(NextInvocationError) {
        var reader = Reader()
        for (name, value) in fields { reader.take(name, value) }
        self = try reader.invocation()
    }
}
