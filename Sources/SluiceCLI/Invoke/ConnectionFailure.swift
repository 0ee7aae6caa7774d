// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import SluiceWire

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// No request could be sent.
struct CannotConnect: Error, CustomStringConvertible {
    /// Host, and port where it is not the usual one.
    let authority: String
    let reason: String
    /// Nobody listens there.
    var isRefusal = false

    var description: String { "cannot connect to \(self.authority): \(self.reason)" }
}

/// Errors of a connection in words for a person.
enum ConnectionFailure {
    struct HandshakeTimeout: Error {}

    static func reason(_ error: any Error, timeLimit: TimeAmount) -> String {
        let seconds = HumanText.time(.nanoseconds(timeLimit.nanoseconds))
        return switch error {
        case let error as NIOConnectionError: Self.reason(of: error, seconds)
        case let error as CertificateAuthorities.Unusable: error.description
        case is HandshakeTimeout: "no TLS handshake within \(seconds)"
        case ChannelError.connectTimeout: "no answer within \(seconds)"
        case ChannelError.eof: "the connection closed during the TLS handshake"
        default: Self.reason(error)
        }
    }

    /// Of a connection that was made.
    static func end(_ error: any Error) -> ConnectionEnd {
        switch error {
        case HTTPParserError.invalidEOFState, NIOSSLError.uncleanShutdown: .closed
        case let error as HTTPParserError: .failed("the answer is not HTTP: \(error)")
        case let error as IOError where error.errnoCode == ECONNRESET: .reset
        default: .failed(Self.reason(error))
        }
    }

    private static func reason(of error: NIOConnectionError, _ seconds: String) -> String {
        let failures = error.connectionErrors.map { failure in
            let address = failure.target.ipAddress ?? "\(failure.target)"
            if case ChannelError.connectTimeout = failure.error { return (address, "no answer within \(seconds)") }
            return (address, Self.reason(failure.error))
        }
        guard let first = failures.first else { return "the name is unknown" }
        // `localhost` has two addresses and one reason.
        if failures.allSatisfy({ $0.1 == first.1 }) { return first.1 }
        return failures.prefix(4).map { "\($0.0): \($0.1)" }.joined(separator: "; ")
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: return StandardStreams.text(of: error.errnoCode)
        case NIOSSLError.handshakeFailed(.sslError([.eofDuringHandshake])):
            return "the connection closed during the TLS handshake"
        default: break
        }
        guard let text = Self.libraryReason(error) else { return "\(error)" }
        if text == "WRONG_VERSION_NUMBER" || text == "HTTP_REQUEST" { return "it does not speak TLS; is it http://?" }
        return "TLS failed: " + text.lowercased().split(separator: "_").joined(separator: " ")
    }

    /// The reason's name, such as `TLSV1_ALERT_PROTOCOL_VERSION`, in what BoringSSL says of an error:
    /// `error:1000042e:SSL routines:OPENSSL_internal:TLSV1_ALERT_PROTOCOL_VERSION at …`.
    private static func libraryReason(_ error: any Error) -> Substring? {
        guard let behind = "\(error)".split(separator: "OPENSSL_internal:", maxSplits: 1).dropFirst().first else {
            return nil
        }
        let name = behind.prefix { $0.isUppercase || $0.isNumber || $0 == "_" }
        return name.isEmpty ? nil : name
    }
}

// MARK: Certificates

extension ConnectionFailure {
    static func isAboutCertificate(_ error: any Error) -> Bool {
        Self.isAboutName(error) || Self.libraryReason(error) == "CERTIFICATE_VERIFY_FAILED"
    }

    private static func isAboutName(_ error: any Error) -> Bool {
        (error as? NIOSSLExtraError) == .failedToValidateHostname
    }

    /// What is wrong with the certificates that were shown, the server's own first.
    static func reason(of chain: [NIOSSLCertificate], _ error: any Error, host: String) -> String {
        if Self.isAboutName(error) {
            let names = chain.first.flatMap { Self.names(of: $0) }
            return "its certificate is not for \(host)" + (names.map { " but for \($0)" } ?? "")
        }
        let now = Int64(time(nil))
        for (index, certificate) in chain.enumerated() {
            let whose = index == 0 ? "its certificate" : "a certificate of its authority"
            let (start, end) = (Int64(certificate.notValidBefore), Int64(certificate.notValidAfter))
            if now > end { return "\(whose) expired on \(CivilTime(secondsSinceEpoch: end).httpDate)" }
            if now < start { return "\(whose) is not valid before \(CivilTime(secondsSinceEpoch: start).httpDate)" }
        }
        return "its certificate was not issued by an authority that is trusted here; --ca-file names others"
    }

    /// What the library writes of a certificate: `<NIOSSLCertificate;…;common_name=a;alternative_names=a,b>`.
    private static func names(of certificate: NIOSSLCertificate) -> String? {
        let parts = "\(certificate)".dropLast().split(separator: ";")
        for key in ["alternative_names=", "common_name="] {
            if let part = parts.first(where: { $0.hasPrefix(key) }) {
                return part.dropFirst(key.count).split(separator: ",").joined(separator: ", ")
            }
        }
        return nil
    }
}

/// Whom a TLS connection believes.
enum CertificateAuthorities: Sendable {
    case system
    /// The file's path and what is in it.
    case file(String, [NIOSSLCertificate])

    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    /// - Throws: `Unusable`.
    static func read(_ path: String, _ text: String) throws -> Self {
        let certificates = (try? NIOSSLCertificate.fromPEMBytes(Array(text.utf8))) ?? []
        guard !certificates.isEmpty else { throw Unusable(description: "\(path) has no certificate in PEM") }
        return .file(path, certificates)
    }

    /// - Throws: `Unusable`.
    func context() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = ["http/1.1"]
        configuration.shutdownTimeout = .milliseconds(Int64(Limits.invokeFarewellMilliseconds))
        if case .file(_, let certificates) = self { configuration.trustRoots = .certificates(certificates) }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Unusable(description: "this system's certificate authorities were not found; --ca-file names others")
        }
    }
}
