import BootImage
import Glibc
import Recovery
public import SecretMemory

/// How the static seal's key is given to people, so that any few of them together can bring it back.
public struct EscrowOrder: Sendable {
  /// Where the shares go.
  public enum Destination: Sendable {
    /// A file for each, in a folder that must be empty or absent.
    case folder(String)
    /// Printed one after the other; the closure shows a share and waits until its holder has it.
    case printed(@Sendable (SecretBytes) throws(DeskError) -> Void)
    /// Nowhere: whoever loses the desk loses the cluster.
    case nobody
  }

  /// Where the shares go.
  public var destination: Destination
  /// How many shares there are.
  public var shares: Int
  /// How many of them bring the key back.
  public var threshold: Int

  /// An order of `shares` shares, any `threshold` of which suffice.
  public init(_ destination: Destination, shares: Int = 5, threshold: Int = 3) {
    self.destination = destination
    self.shares = shares
    self.threshold = threshold
  }
}

/// Gives out recovery shares of a key, and reads them back.
public enum Escrow {
  /// Makes the shares of `key` and puts them where the order says: whole, or not at all.
  static func give(
    _ key: SecretBytes, keyID: String, cluster: String, _ order: EscrowOrder, at now: Int64
  ) throws(DeskError) -> SealedRecord.Escrow? {
    if case .nobody = order.destination { return nil }
    let shares = try DeskError.refusing("the recovery shares") { () throws(RecoveryError) in
      try RecoveryShare.split(key, shares: order.shares, threshold: order.threshold)
    }
    let prints = shares.map {
      SharePrint(cluster: cluster, keyID: keyID, shares: order.shares, made: Day.text(now), share: $0)
    }
    switch order.destination {
    case .folder(let folder): try write(prints, to: folder)
    case .printed(let show):
      for print in prints {
        let text = try DeskError.onMachine { () throws(RecoveryError) in try print.text(on: .darkTerminal) }
        try show(text)
      }
    case .nobody: break
    }
    return SealedRecord.Escrow(
      keyID: keyID, shares: order.shares, threshold: order.threshold, identifier: shares.first?.identifier ?? 0, at: now
    )
  }

  /// Whether the folder holds exactly the set that was given out: a run that was interrupted afterwards need not give another.
  static func holds(_ given: SealedRecord.Escrow, in path: String) -> Bool {
    (1...max(1, given.shares)).allSatisfy { index in
      share("\(path)/share-\(index)-of-\(given.shares).txt")?.identifier == given.identifier
    }
  }

  private static func share(_ path: String) -> RecoveryShare? {
    guard let text = try? SecretInput.read(path) else { return nil }
    return try? SharePrint.share(in: text)
  }

  /// Makes sure that a folder is empty. Shares of the same key of which no record knows, left by a run that was interrupted, are replaced.
  private static func clear(_ folder: String, for prints: [SharePrint]) throws(DeskError) {
    guard HostFile.isFolder(folder) else { return }
    HostFile.sweep(folder, of: [".gitignore"])
    let present = (HostFile.names(in: folder) ?? []).filter { ![".gitignore", "lost+found"].contains($0) }
    let interrupted = present.filter { name in
      guard name.hasPrefix(".share-") || name.hasPrefix("share-") else { return false }
      guard let text = try? SecretInput.read("\(folder)/\(name)"), let keyID = SharePrint.keyID(in: text) else {
        // Cut short before it was put in place.
        return name.hasPrefix(".share-")
      }
      return keyID == prints.first?.keyID && SharePrint.cluster(in: text) == prints.first?.cluster
    }
    guard interrupted.count == present.count else {
      throw .refused("\(folder) is not an empty folder: each set of shares gets one of its own")
    }
    for name in interrupted { unlink("\(folder)/\(name)") }
  }

  /// Writes into an empty folder, or a new one where its parent is there: each share is whole or not there. It may be a medium of its own, so nothing is
  /// written beside it. Where a run is interrupted, the shares that there are open nothing: no record knows their set.
  private static func write(_ prints: [SharePrint], to path: String) throws(DeskError) {
    var folder = path
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    let texts = try prints.map { (print) throws(DeskError) in
      (print.share.index, try DeskError.onMachine { () throws(RecoveryError) in try print.text() })
    }
    try clear(folder, for: prints)
    try DeskError.onDisk { () throws(FileError) in
      guard mkdir(folder, 0o700) == 0 || errno == EEXIST && HostFile.isFolder(folder) else {
        throw .current("cannot make the folder", folder)
      }
      try HostFile.replace("\(folder)/.gitignore", with: Array("*\n".utf8))
      var written: [String] = []
      do throws(FileError) {
        for (index, text) in texts {
          let beside = "\(folder)/.share-\(index).new"
          let file = "\(folder)/share-\(index)-of-\(texts.count).txt"
          written += [beside, file]
          try text.withUnsafeBytes { (bytes) throws(FileError) in try HostFile.write(bytes, to: beside, mode: 0o600) }
          try HostFile.sync(beside)
          guard rename(beside, file) == 0 else { throw FileError.current("cannot write", file) }
        }
        try HostFile.sync(folder)
      } catch {
        for file in written { unlink(file) }
        throw error
      }
    }
  }
}
