import PKI

extension RevocationList {
  /// The list in a file's bytes, in DER or PEM.
  init(file bytes: [UInt8]) throws(PKIError) {
    // A SEQUENCE whose length takes more than one byte, as a signature alone makes it; no text begins like that.
    let isDER = bytes.count > 1 && bytes[0] == 0x30 && bytes[1] > 0x80
    if isDER { try self.init(der: bytes) } else { try self.init(pem: bytes) }
  }
}
