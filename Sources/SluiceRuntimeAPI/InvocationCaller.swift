// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package import NIOCore
package import SluiceServiceWire
internal import SluiceWire

/// Who called, in whichever protocol: hears the response as it comes.
///
/// The calls come on the relay's event loop: at most one `responseBegan`, then any number of `received`, then exactly
/// one of `responseCompleted` and `invocationFailed`. A failure may come without a beginning.
package protocol InvocationCaller: AnyObject {
    func responseBegan(contentType: String)
    func received(_ bytes: ByteBuffer)
    func responseCompleted()
    func invocationFailed(_ failure: InvocationFailure)
}
