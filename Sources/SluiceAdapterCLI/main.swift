// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import Logging
internal import Sluice
internal import SluiceWebAdapter

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "--help", "-h": AdapterProcess.printHelp()
case "--version": AdapterProcess.printVersion()
default: AdapterProcess.run(arguments)
}
