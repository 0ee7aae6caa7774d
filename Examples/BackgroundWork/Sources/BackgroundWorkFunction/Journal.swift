// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// What outlives an invocation, and is written down when the process ends.
actor Journal {
    private var confirmed: [String] = []

    func note(_ requestID: String) {
        self.confirmed.append(requestID)
    }

    /// Lambda leaves 300 to 500 ms for this.
    func close() {
        print("confirmed in this environment: \(self.confirmed.count)")
    }
}
