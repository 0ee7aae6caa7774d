// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import ArgumentParser

/// The command `sluice`.
@main
struct SluiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "AWS Lambda response streaming, on your own machine.",
        discussion: """
            See a function stream, in a browser or a terminal:
              sluice demo

            Serve functions of your own, in any language that has a Lambda runtime:
              sluice serve --function hello=.build/debug/Hello

            Then, in another terminal, call one and see when each chunk came:
              sluice invoke hello --payload '{"name":"you"}' --stream --timeline
            """,
        subcommands: [DemoCommand.self, ServeCommand.self, InvokeCommand.self, LogsCommand.self]
    )
}
