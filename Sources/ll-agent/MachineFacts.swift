import Glibc
import HardwareIdentity
import HostFS

/// Which machine this is: read once, since what it is made of stays until it is switched off.
actor MachineFacts {
  private let root: String
  private let tcti: String?
  private var facts: HardwareFacts?

  init(root: String, tcti: String?) {
    self.root = root
    self.tcti = tcti
  }

  /// The facts.
  func read() async throws(ReadError) -> HardwareFacts {
    if let facts { return facts }
    let key: HardwareFacts.EndorsementKey =
      if let tcti { await FingerprintEndorsementKey.read(tcti: tcti) } else { .absent("no TPM is configured") }
    let found = HardwareFacts(
      reading: try HostRoot(rootfs: root), credentials: Self.credentials, endorsementKey: key)
    // A TPM that is late or busy is asked again the next time.
    if case .absent = key, tcti != nil { return found }
    facts = found
    return found
  }

  /// Where systemd has put what only root may read; an empty variable is as one that is not there.
  static var credentials: String? {
    getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
