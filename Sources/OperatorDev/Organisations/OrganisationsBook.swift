public import Diagnostics
import NIOCore
import NIOSSL
import PKI
import Synchronization

/// The organisations that count now, for handshakes on any thread. What the folder has replaces them as a whole; a
/// folder with a fault in it changes nothing.
public final class OrganisationsBook: Sendable {
  private struct Contents {
    var organisations: Organisations
    var stamp: WatchedFolder.Stamp?
  }

  private let contents: Mutex<Contents>
  private let source: OrganisationsFolder?

  /// Organisations that are in no folder.
  public init(_ organisations: Organisations) {
    contents = Mutex(Contents(organisations: organisations))
    source = nil
  }

  /// The organisations of the folder at `path`. Nothing is read yet: ``reload()`` does.
  public init(folder path: String) {
    contents = Mutex(Contents(organisations: Organisations()))
    source = OrganisationsFolder(path: path)
  }

  /// Those that count now.
  public var current: Organisations { contents.withLock { $0.organisations } }

  /// Reads the folder again where it changed.
  /// - Returns: what was wrong with it, and `nil` where it is as it was. Where there are errors nothing has changed.
  public func reload() throws(OperatorError) -> Report? {
    guard let source else { return nil }
    let stamp = try source.folder.stamp()
    guard contents.withLock({ $0.stamp != stamp }) else { return nil }
    let (organisations, report) = try source.read(stamp)
    contents.withLock { contents in
      // A faulty folder is not read again until it changes.
      contents.stamp = stamp
      if !report.hasErrors { contents.organisations = organisations }
    }
    return report
  }

  /// Judges what a client showed in a handshake, and says why where it is not let in.
  func verify(
    _ certificates: [NIOSSLCertificate], at now: Int64, refused: (Organisations.Refused) -> Void
  ) async throws -> NIOSSLVerificationResultWithMetadata {
    let chain = try certificates.map { try IssuedCertificate(der: $0.toDERBytes()) }
    switch await current.judge(chain, at: now) {
    case .failure(let reasons):
      refused(reasons)
      return .failed
    case .success(let admission):
      let validated = try admission.chain.map { try NIOSSLCertificate(bytes: $0.der, format: .der) }
      return .certificateVerified(VerificationMetadata(ValidatedCertificateChain(validated)))
    }
  }
}
