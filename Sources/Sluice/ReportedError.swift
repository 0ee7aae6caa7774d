// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import SluiceWire

/// An error that says itself what Lambda, and with it the caller, is told of it.
///
/// Every error can be thrown: `Function.` with the name of its type and its description are reported. This is for one
/// that has another name for its callers, such as the one that a `Catch` of Step Functions looks for, or a stack trace.
/// Swift's errors have none of their own, so it is taken where the error is made; since Swift 6.2 the toolchain's module
/// `Runtime` can do that.
///
/// ```swift
/// import Runtime
/// import Sluice
///
/// struct OutOfStock: ReportedError {
///     let errorType = "Shop.OutOfStock"
///     let errorMessage = "there is no tea left"
///     let stackTrace: [String]
///
///     init() {
///         let backtrace = (try? Backtrace.capture())?.symbolicated()
///         self.stackTrace = backtrace?.frames.map { "\($0)" } ?? []
///     }
/// }
/// ```
///
/// It counts wherever an error is reported: in `setUp`, in a handler, in the body of a stream.
public protocol ReportedError: Error {
    /// The error's name for its callers, as `Category.Reason`: what else Lambda counts as `Function.Unknown`. In a header it
    /// is cut to 256 bytes, and what is not visible ASCII becomes `?`.
    var errorType: String { get }

    /// What happened, for people. Up to 1 MiB before the response, and about 2,800 bytes behind its beginning; the
    /// rest is cut off.
    var errorMessage: String { get }

    /// A line for each frame, the innermost first. Of what does not fit beside the message, the outermost frames are left out.
    /// Empty, unless an error says otherwise; then the report has no such member.
    var stackTrace: [String] { get }
}

extension ReportedError {
    /// As of any error: `Function.` and the name of its type.
    public var errorType: String { ErrorReport.functionType(of: self) }

    /// As of any error: its description.
    public var errorMessage: String { String(describing: self) }

    /// None.
    public var stackTrace: [String] { [] }
}
