// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Sluice

HTTPFunction { request, context in try DemoRoutes.answer(request, context) }.run()
