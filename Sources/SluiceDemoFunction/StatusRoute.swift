// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import HTTPTypes
internal import Sluice

/// `/status/NNN`: that status and no body, which is where many streams go wrong.
enum StatusRoute {
    static func answer(_ path: String) -> HTTPResult {
        guard let code = Int(path.dropFirst("/status/".count)), (200...599).contains(code) else {
            return .badRequest("a status is a number from 200 to 599")
        }
        return HTTPResult(status: HTTPResponse.Status(code: code))
    }
}
