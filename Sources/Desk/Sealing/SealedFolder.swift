import BootImage

/// The public folder `sealed/`: `NODE.BUNDLE.pem` with its sidecar `NODE.BUNDLE.json`, and the record of them all.
enum SealedFolder {
  /// What a bundle of a node is called.
  static func name(_ node: String, _ bundle: SecretBundle) -> String { "\(node).\(bundle.rawValue)" }

  /// The record in the folder; `nil` where there is none.
  static func read(_ paths: DeskPaths, cluster: String) throws(DeskError) -> SealedRecord? {
    let file = paths.sealedRecord
    guard
      let bytes = try DeskError.onDisk({ () throws(FileError) in
        try HostFile.isThere(file) ? try HostFile.read(file) : nil
      })
    else { return nil }
    let record = try SealedRecord(reading: bytes, file: file)
    guard record.cluster == cluster else {
      throw .refused("\(file) is of the cluster '\(record.cluster)', not of '\(cluster)': a desk has one cluster")
    }
    return record
  }

  /// Puts the folder in place of the old one, whole; `files` are the new ones, the others of `record` are kept as they are.
  static func write(
    _ record: SealedRecord, files: [String: [UInt8]], to paths: DeskPaths, replacing old: SealedRecord?
  ) throws(DeskError) {
    func names(_ record: SealedRecord?) -> [String] {
      record.map { $0.bundles.keys.flatMap { ["\($0).pem", "\($0).json"] } } ?? []
    }
    try DeskError.onDisk { () throws(FileError) in
      let output = try OutputFolder(replacing: paths.sealed)
      for (name, bytes) in files { try output.add(name, bytes) }
      for name in names(record) where files[name] == nil {
        // What somebody took away cannot be kept; the record is put right by the run that goes on.
        if try HostFile.isThere("\(paths.sealed)/\(name)") { try output.keep(name) }
      }
      try output.add(OutputFolder.manifest, record.text)
      try output.commit(obsolete: Set(names(old)).subtracting(names(record)))
    }
  }
}
