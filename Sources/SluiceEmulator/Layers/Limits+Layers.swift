// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import SluiceWire

/// The bounds of layers.
extension Limits {
    /// Layers of one function. (Lambda Developer Guide, "Lambda quotas": "Function layers", five.)
    package static let maximumLayers = 5

    /// What is read of the reason for which layers cannot be mounted, in bytes. Ours: it is a line or two.
    static let layerComplaintBytes = 4 * 1024
}
