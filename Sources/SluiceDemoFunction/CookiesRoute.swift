// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Sluice

/// `/cookies`: two cookies, which stay two headers.
enum CookiesRoute {
    static var answer: HTTPResult {
        var result = HTTPResult.text("two cookies are set\n")
        result.cookies = ["flavour=chocolate; Path=/; SameSite=Lax", "size=large; Path=/; HttpOnly; SameSite=Lax"]
        return result
    }
}
