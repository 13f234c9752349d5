import HardwareIdentity
import TPM2
import TPMStructures

/// Reads the TPM's endorsement key for the fingerprint.
enum FingerprintEndorsementKey {
  /// The public area of the endorsement key that the TPM makes from the TCG's P-256 template (EK Credential Profile,
  /// template L-2): the same at every time, until the endorsement hierarchy is cleared. Without a TPM, why there is
  /// none.
  static func read(tcti: String?) async -> HardwareFacts.EndorsementKey {
    do throws(TPMError) {
      let way = try tcti.map { (text) throws(TPMError) in try TCTI(text) } ?? .resourceManager
      let key = try await TPM(way).perform { (context) throws(TPMError) in
        let made = try context.createPrimary(.eccEndorsementKey, in: .endorsement)
        try context.flush(made.object)
        return made.publicArea.sizedWire
      }
      return .key(key, source: "\(way)")
    } catch {
      return .absent("\(error)")
    }
  }
}
