import SealedObject
import TPM2
import TPMStructures

// A key file's fields have lengths of their own, so it keeps what a TPM takes without the TPM's size before it.
extension TSS2PrivateKey {
  /// The object as TPM2_Load takes it.
  var object: CreatedObject { CreatedObject(publicArea: publicArea, privateArea: exportedPrivate) }

  /// The encrypted seed as TPM2_Import takes it (TPM2B_ENCRYPTED_SECRET with its size); `nil` where there is none.
  var exportedSeed: [UInt8]? {
    guard let secret else { return nil }
    var writer = WireWriter()
    writer.sized(secret)
    return writer.bytes
  }
}

extension CreatedObject {
  /// The private area as a key file keeps it.
  var storedPrivateArea: [UInt8] { Array(privateArea.dropFirst(2)) }
}
