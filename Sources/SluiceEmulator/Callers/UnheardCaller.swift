// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import SluiceRuntimeAPI
internal import SluiceServiceWire
internal import SluiceWire

/// Nobody waits for the result: an invocation of type `Event`.
final class UnheardCaller: InvocationCaller {
    private let onFailure: (InvocationFailure) -> Void

    init(onFailure: @escaping (InvocationFailure) -> Void) { self.onFailure = onFailure }

    func responseBegan(contentType: String) {}
    func received(_ bytes: ByteBuffer) {}
    func responseCompleted() {}
    func invocationFailed(_ failure: InvocationFailure) { self.onFailure(failure) }
}
