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
      reading: try HostRoot(rootfs: root), credentials: getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) },
      endorsementKey: key)
    facts = found
    return found
  }
}
