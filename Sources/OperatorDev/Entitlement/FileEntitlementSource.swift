public import Diagnostics
import LicenseProtocol
import SwiftProtobuf
import Synchronization

/// Answers of the key server's double: what its file says, for whoever asks.
public final class FileEntitlementSource: Sendable {
  private struct Contents {
    var file = EntitlementFile()
    var version: UInt64 = 0
    var use: [String: [Lowlayer_Keyserver_V1_OrganisationUse]] = [:]
  }

  let licenseeCalls = LicenseeCalls()
  private let path: String
  private let clock: OperatorClock
  private let contents = Mutex(Contents())

  /// The licensees of the file at `path`. Nothing is read yet: ``reload()`` does.
  public init(file path: String, clock: OperatorClock = .system) {
    self.path = path
    self.clock = clock
  }

  /// Reads the file. Where there are errors nothing changes.
  public func reload() throws(OperatorError) -> Report {
    let bytes = try OperatorFile.contents(path)
    var reader = EntitlementFileReader()
    let file = reader.read(bytes)
    var report = Report()
    report.add(contentsOf: reader.report, in: path)
    if !report.hasErrors {
      contents.withLock { contents in
        contents.file = file
        contents.version += 1
      }
    }
    return report
  }

  /// The seats that a licensee's operator reported last, in all; `nil` where it never did.
  public func reportedSeats(of licensee: String) -> Int? {
    contents.withLock { $0.use[licensee]?.reduce(0) { $0 + Int($1.seats) } }
  }
}

extension FileEntitlementSource: EntitlementSource {
  func record(
    _ use: [Lowlayer_Keyserver_V1_OrganisationUse], of licensee: String
  ) async -> EntitlementRefusal? {
    contents.withLock { $0.use[licensee] = use }
    return nil
  }

  func entitlement(
    for licensee: String, use: [Lowlayer_Keyserver_V1_OrganisationUse]
  ) async -> Result<Lowlayer_Keyserver_V1_Entitlement, EntitlementRefusal> {
    guard let found = contents.withLock({ $0.file.licensees[licensee] }) else {
      return .failure(EntitlementRefusal(message: "\(licensee) is no licensee of this key server: ask for a license"))
    }
    let now = ServerTime(nanoseconds: clock.realNanoseconds())
    return .success(
      .with {
        $0.mode = found.mode
        $0.issuedAtNs = now.nanoseconds
        $0.notAfterNs = (now + .seconds(found.lifetime)).nanoseconds
        $0.graceUntilNs = (now + .seconds(found.lifetime + found.grace)).nanoseconds
        $0.organisations = found.organisations
      })
  }

  func version() async -> UInt64 { contents.withLock { $0.version } }
}
