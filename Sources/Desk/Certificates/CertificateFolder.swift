import BootImage
import PKI

/// The public folder `pki/`: every certificate, anchor and revocation list as a file that other tools read, and the record of them all.
enum CertificateFolder {
  /// The record in the folder; `nil` where there is none.
  static func read(_ paths: DeskPaths, cluster: String) throws(DeskError) -> CertificateRecord? {
    let file = paths.certificateRecord
    guard
      let bytes = try DeskError.onDisk({ () throws(FileError) in
        try HostFile.isThere(file) ? try HostFile.read(file) : nil
      })
    else { return nil }
    let record = try CertificateRecord(reading: bytes, file: file)
    guard record.cluster == cluster else {
      throw .refused("\(file) is of the cluster '\(record.cluster)', not of '\(cluster)': a desk has one cluster")
    }
    return record
  }

  /// Puts the folder in place of the old one, whole.
  static func write(
    _ record: CertificateRecord, to paths: DeskPaths, replacing old: CertificateRecord?
  ) throws(DeskError) {
    let files = files(of: record)
    let obsolete = Set(old.map { self.files(of: $0).keys } ?? [:].keys).subtracting(files.keys)
    try DeskError.onDisk { () throws(FileError) in
      let output = try OutputFolder(replacing: paths.certificates)
      for (name, bytes) in files { try output.add(name, bytes) }
      try output.add(OutputFolder.manifest, record.text)
      try output.commit(obsolete: obsolete)
    }
  }

  /// The files by name: `NAME.pem`, with the issuers above it for who presents it; `NAME.anchor.pem`; `NAME.crl.pem`.
  static func files(of record: CertificateRecord) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for (name, entry) in record.certificates {
      var pem = entry.certificate.pem
      if let issuer = Authority(commonName: entry.certificate.issuerCommonName), issuer != .root {
        pem += record.chain(from: issuer).dropLast().flatMap(\.pem)
      }
      files["\(name).pem"] = pem
      if let anchor = entry.anchor { files["\(name).anchor.pem"] = anchor.pem }
    }
    for (name, list) in record.lists { files["\(name).crl.pem"] = list.pem }
    return files
  }
}
