// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import FuzzTargets

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One program for all targets, so that everything is linked once: `SLUICE_FUZZ_TARGET` says which it is.
private let target: FuzzTarget = {
    let name = getenv("SLUICE_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
        fatalError("SLUICE_FUZZ_TARGET is one of: \(names)")
    }
    return target
}()

/// Called by libFuzzer with each input. (LLVM, "libFuzzer – a library for coverage-guided fuzz testing", "Fuzz Target".)
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        // A trap is what libFuzzer keeps an input for.
        fatalError("\(target): \(error)")
    }
    return 0
}
