// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Sluice

HTTPFunction { request, _ in try DemoRoutes.answer(request) }.run()
