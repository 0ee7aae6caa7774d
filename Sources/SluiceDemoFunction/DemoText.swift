// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

/// The beginning of "Alice's Adventures in Wonderland" by Lewis Carroll, 1865; in the public domain.
///
/// `alice.txt` is put into the program when it is built, because a function that is deployed as one file has no other
/// file to read.
enum DemoText {
    static let words = String(decoding: PackageResources.alice_txt, as: UTF8.self).split { $0.isWhitespace }
}
