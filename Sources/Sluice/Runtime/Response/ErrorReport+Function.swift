// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

extension ErrorReport {
    /// What the service is told of an error that the function threw.
    init(reporting error: any Error) {
        if let error = error as? UnusableResult {
            self.init(errorType: error.type, errorMessage: error.message)
        } else if let error = error as? any ReportedError {
            self.init(errorType: error.errorType, errorMessage: error.errorMessage, stackTrace: error.stackTrace)
        } else {
            self.init(errorType: Self.functionType(of: error), errorMessage: String(describing: error))
        }
    }

    /// `Function.` and the name of the error's type, of which only letters are kept: Lambda counts every type that
    /// does not look like `Function.Reason` as `Function.Unknown`.
    static func functionType(of error: any Error) -> String {
        let name = String(describing: type(of: error)).utf8.filter { byte in
            (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z"))
                || (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
        }
        guard name.count > 1, let first = name.first else { return "Function.Error" }
        let letters = [first & 0xDF] + name.dropFirst()
        return "Function." + String(decoding: letters, as: UTF8.self)
    }

    /// The type as it stands in `Lambda-Runtime-Function-Error-Type`.
    var headerType: String { Self.headerText(self.errorType) }
}
