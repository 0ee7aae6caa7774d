// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Foundation
import TestSupport

/// The modules that the tests were built with, for tools of the toolchain that read them.
enum BuiltModules {
    /// Where they lie, and what the C targets below NIO are known by.
    static func options() throws -> [String] {
        let products = try self.products()
        let maps = try self.maps(of: products).flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
        return ["-I", products.appending(path: "Modules").path] + maps
    }

    private static func products() throws -> URL {
        try BuiltProducts.url(of: "FixtureFunction").deletingLastPathComponent()
    }

    /// Generated ones beside the products, the others in their packages.
    private static func maps(of products: URL) throws -> [String] {
        let generated = try self.children(of: products)
            .filter { $0.hasPrefix("C") && $0.hasSuffix(".build") && !$0.hasSuffix("-tool.build") }
            .map { products.appending(path: "\($0)/module.modulemap") }
        let checkouts = products.appending(path: "../../checkouts").standardizedFileURL
        let written = try self.children(of: checkouts).flatMap { package in
            let sources = checkouts.appending(path: "\(package)/Sources")
            return ((try? self.children(of: sources)) ?? []).map {
                sources.appending(path: "\($0)/include/module.modulemap")
            }
        }
        return (generated + written).map(\.path).filter { FileManager.default.fileExists(atPath: $0) }
    }

    private static func children(of folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
    }
}
