// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import Sluice

/// The example function: one small route a file, each showing one thing that a streaming function does.
enum DemoRoutes {
    static func answer(_ request: FunctionRequest, _ context: InvocationContext) throws -> HTTPResult {
        switch (request.method, request.path) {
        case (.get, "/"), (.head, "/"): .html(DemoPage.html)
        case (.get, "/tokens"): TokensRoute.answer(request, context)
        case (.get, "/download"): DownloadRoute.answer(request)
        case (.post, "/rows"): RowsRoute.answer(request)
        case (_, "/rows"): RowsRoute.wrongMethod
        case (.get, "/fail"): FailRoute.answer(request, context)
        case (_, "/cookies"): CookiesRoute.answer
        case (_, let path) where path.hasPrefix("/status/"): StatusRoute.answer(path)
        default: .text("There is nothing at \(request.path).\n", status: .notFound)
        }
    }
}

extension FunctionRequest {
    /// A number of the query, or `fallback` when it is missing. `nil` when it is no number or out of range.
    func queryNumber(_ name: String, in range: ClosedRange<Int>, or fallback: Int) -> Int? {
        guard let text = self.queryItem(name) else { return fallback }
        return Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
}

extension HTTPResult {
    static func badRequest(_ message: String) -> Self {
        .text(message + "\n", status: .badRequest)
    }
}
