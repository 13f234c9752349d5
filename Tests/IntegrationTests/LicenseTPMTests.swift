import Foundation
import TestSupport
import Testing

extension LicenseFaultTests {
  @Test(
    "a TPM that was cleared: the agent makes its keys again, and is licensed without anybody's help",
    .enabled(if: SoftwareTPM.isInstalled))
  static func clearedTPM() async throws {
    try await withNetwork { network in
      let judge = try network.licenseOperator("operator")
      let tpm = try registered("cleared", judge)
      try judge.start()
      let node = try licensed("cleared", network, judge, tpm)
      let before = Set(node.files.filter { $0.hasPrefix("key-") })
      node.end()
      let cleared = try Command(["tpm2_clear", "-T", tpm.tcti])
      try LicenseUnmet.unless(cleared.status == 0, cleared.errors)
      try node.start()
      try node.await("licensed")
      try LicenseUnmet.unless(node.said.contains("is not this TPM's"), node.said)
      try LicenseUnmet.unless(try node.status()["assurance"] as? String == "hardware-tpm", node.said)
      try LicenseUnmet.unless(Set(node.files.filter { $0.hasPrefix("key-") }).isDisjoint(with: before), "\(node.files)")
      try LicenseUnmet.unless(try judge.seats().count == 1 && judge.events("fenced").isEmpty, judge.said)
    }
  }
}
