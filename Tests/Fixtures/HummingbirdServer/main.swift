// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

// A server of its own, which knows nothing of Lambda.
#if Hummingbird
import Hummingbird

try await Workshop.application(port: CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8080).runService()
#else
print("built without the trait Hummingbird")
#endif
