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

  /// Writes into a folder beside, which is renamed when all are durable: a killed run leaves nothing that looks like a set of shares.
  private static func write(_ prints: [SharePrint], to folder: String) throws(DeskError) {
    let texts = try prints.map { (print) throws(DeskError) in
      (print.share.index, try DeskError.onMachine { () throws(RecoveryError) in try print.text() })
    }
    try DeskError.onDisk { () throws(FileError) in
      try HostFile.makeFolders(for: folder)
      if try HostFile.isThere(folder), HostFile.names(in: folder)?.isEmpty != true {
        throw FileError("cannot write shares into", folder, reason: "it is not an empty folder")
      }
      let beside = "\(folder).new"
      remove(beside)
      guard mkdir(beside, 0o700) == 0 else { throw .current("cannot make the folder", beside) }
      do throws(FileError) {
        for (index, text) in texts {
          let path = "\(beside)/share-\(index)-of-\(texts.count).txt"
          try text.withUnsafeBytes { (bytes) throws(FileError) in try HostFile.write(bytes, to: path, mode: 0o600) }
          try HostFile.sync(path)
        }
        try HostFile.sync(beside)
        guard rename(beside, folder) == 0 else { throw FileError.current("cannot write shares into", folder) }
        try HostFile.sync(folder + "/..")
      } catch {
        remove(beside)
        throw error
      }
    }
  }

  private static func remove(_ folder: String) {
    for name in HostFile.names(in: folder) ?? [] { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }
}

/// Days as people write them.
enum Day {
  /// `2026-11-21`, of seconds since 1970, in UTC.
  static func text(_ time: Int64) -> String {
    var seconds = time_t(time)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + "\(number)" }
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
  }
}
