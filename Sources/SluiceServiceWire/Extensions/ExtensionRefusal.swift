// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// Why a call of the Extensions API is refused: 403, with a type and a text.
///
/// Types and texts are those of Lambda's own server (its `rapi/handler`, `middleware.go`).
package struct ExtensionRefusal: Hashable, Sendable, Error {
    package let errorType: String
    package let message: String

    private init(_ errorType: String, _ message: String) {
        self.errorType = errorType
        self.message = message
    }

    package static let missingIdentifier = Self(
        "Extension.MissingExtensionIdentifier",
        "Missing Lambda-Extension-Identifier header"
    )
    /// It is no UUID.
    package static let invalidIdentifier = Self(
        "Extension.InvalidExtensionIdentifier",
        "Invalid Lambda-Extension-Identifier"
    )
    /// Nobody has it; said where an error is reported.
    package static let unknownIdentifier = Self(
        "Extension.UnknownExtensionIdentifier",
        "Unknown Lambda-Extension-Identifier"
    )
    /// Nobody has it; said where something is asked for.
    package static func unknownExtension(_ identifier: String) -> Self {
        Self("Extension.UnknownExtensionIdentifier", "Unknown extension \(identifier)")
    }
    package static let emptyName = Self("Extension.InvalidExtensionName", "Empty extension name")
    package static let registrationClosed = Self(
        "Extension.RegistrationClosed",
        "Extension registration closed already"
    )
    package static let nameIsTaken = Self(
        "Extension.InvalidExtensionState",
        "Extension with this name already registered"
    )
    package static func tooMany(limit: Int) -> Self {
        Self("Extension.TooManyExtensions", "Extension limit (\(limit)) reached")
    }
    package static func missingHeader(_ name: String) -> Self { Self("Extension.MissingHeader", "\(name) not found") }
    package static func invalidEventType(_ event: String) -> Self {
        Self("Extension.InvalidEventType", "\(event): ErrorInvalidEventType")
    }
    package static func invalidFormat(_ reason: String) -> Self { Self("InvalidRequestFormat", reason) }
    package static func invalidState(from: String, to: String, of subject: String) -> Self {
        Self(
            "Extension.InvalidExtensionState",
            "State transition from \(from) to \(to) failed for extension \(subject). "
                + "Error: State transition is not allowed"
        )
    }
    /// The initialisation is over, and with it the time to subscribe.
    package static let subscriptionClosed = Self(
        "Telemetry.SubscriptionClosed",
        "Telemetry API subscription is closed already"
    )

    package var reply: RuntimeAPIReply { .refused(403, self.errorType, self.message) }
}
