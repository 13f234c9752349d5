import Age
import ArgumentParser
import BootImage
import Desk
import Diagnostics
import Glibc
import SecretMemory

/// The options of every command that works at a cluster's desk.
struct DeskOptions: ParsableArguments {
  @OptionGroup var place: DeskPlace

  @Option(
    help: ArgumentHelp(
      "A file with the passphrase of the desk's secrets; - is standard input. Asked for on the terminal otherwise.",
      valueName: "FILE"))
  var passphraseFile: String?

  @Option(
    help: ArgumentHelp(
      "age identities (AGE-SECRET-KEY-1…) that open the desk's secrets, instead of a passphrase.", valueName: "FILE"))
  var identity: String?

  @Option(help: ArgumentHelp("The root's encrypted key (default: DESK/secrets/root.key.pem).", valueName: "FILE"))
  var rootKey: String?

  @Option(
    help: ArgumentHelp(
      "A file with the passphrase of the root's key; used only when the root must sign.", valueName: "FILE"))
  var rootPassphraseFile: String?

  func validate() throws {
    if passphraseFile != nil, identity != nil {
      throw ValidationError("The desk's secrets have either a passphrase or recipients.")
    }
    if passphraseFile == "-", rootPassphraseFile == "-" {
      throw ValidationError("Only one passphrase can come from standard input.")
    }
  }

  /// Where the desk is.
  var paths: DeskPaths { DeskPaths(folder: place.folder, rootKey: rootKey) }

  /// The cluster, as its file says; its images are not needed here.
  func cluster() throws(ExitStatus) -> ClusterDefinition { try place.cluster() }

  /// What opens the desk's secrets.
  func lock(isNew: Bool) throws(ExitStatus) -> DeskLock {
    try Failure.handled { () throws(DeskError) in try Self.lock(paths, identity, passphraseFile, isNew: isNew) }
  }

  /// What opens the secrets of the desk at `paths`: identities, a passphrase in a file, or one that is asked for.
  static func lock(
    _ paths: DeskPaths, _ identity: String?, _ passphraseFile: String?, isNew: Bool
  ) throws(DeskError) -> DeskLock {
    if let identity {
      let file = try SecretInput.read(identity)
      do throws(AgeError) {
        return .identities(try AgeKey.identities(in: file))
      } catch {
        throw .refused("\(identity): \(error)")
      }
    }
    if let passphraseFile { return .passphrase(try SecretInput.passphrase(passphraseFile)) }
    return .passphrase(try SecretInput.ask("Passphrase of \(paths.secrets)", isNew: isNew))
  }

  /// The recipients that `texts` spell.
  static func recipients(_ texts: [String]) throws(DeskError) -> [AgeRecipient] {
    try texts.map { (text) throws(DeskError) in
      do throws(AgeError) { return try AgeRecipient(text) } catch { throw .refused("--recipient: \(error)") }
    }
  }

  /// The desk, open.
  func open(reconciles: Bool = false) throws(ExitStatus) -> DeskSession {
    let cluster = try cluster()
    // Before anybody is asked for a passphrase in vain.
    let isThere = try Terminal.environment { () throws(FileError) in try HostFile.isThere(paths.secrets) }
    guard isThere else {
      throw Failure.said(.refused("no desk yet: \(paths.secrets) is missing; `ll-bootimage pki init` makes it"))
    }
    let lock = try lock(isNew: false)
    return try Failure.handled { () throws(DeskError) in
      try DeskSession.open(paths, cluster: cluster, with: lock, reconciles: reconciles)
    }
  }

  /// How the root's key is had.
  var root: RootAccess {
    let file = rootPassphraseFile
    let path = paths.rootKey
    var access = RootAccess { (isNew) throws(DeskError) in
      if let file { return try SecretInput.passphrase(file) }
      return try SecretInput.ask("Passphrase of the offline root \(path)", isNew: isNew)
    }
    access.isAtHand = file != nil
    return access
  }
}

/// Which cluster, and where its desk is.
struct DeskPlace: ParsableArguments {
  @Option(name: .customLong("cluster"), help: ArgumentHelp("The cluster file.", valueName: "FILE"))
  var clusterFile: String

  @Option(help: ArgumentHelp("The desk's folder (default: the cluster file's).", valueName: "DIR"))
  var desk: String?

  /// Ends the program where a folder was named that is not there: nobody means a desk that does not exist.
  func check() throws(ExitStatus) {
    guard let desk, !HostFile.isFolder(desk) else { return }
    throw Failure.said(.refused("no folder \(desk): --desk names where the desk is"))
  }

  /// The desk's folder.
  var folder: String {
    if let desk { return desk }
    guard let slash = clusterFile.lastIndex(of: "/") else { return "." }
    return slash == clusterFile.startIndex ? "/" : String(clusterFile[..<slash])
  }

  /// The cluster, as its file says.
  func cluster() throws(ExitStatus) -> ClusterDefinition {
    try check()
    let bytes = try Terminal.environment { () throws(FileError) in try HostFile.read(clusterFile) }
    let (document, report) = ClusterFile.read(bytes, file: clusterFile)
    Terminal.show(report)
    guard let document, !report.hasErrors else { throw .input }
    return document.definition
  }
}

/// What went wrong on the desk, said, and the status that follows from it.
enum Failure {
  /// Runs `body`; an error is printed.
  static func handled<Result>(_ body: () throws(DeskError) -> Result) throws(ExitStatus) -> Result {
    do { return try body() } catch { throw said(error) }
  }

  /// Prints `error`.
  static func said(_ error: DeskError) -> ExitStatus {
    switch error {
    case .findings(let report):
      Terminal.show(report)
      return .input
    case .refused(let text):
      Terminal.error("ll-bootimage: error: \(text)")
      return .input
    case .file, .environment:
      Terminal.error("ll-bootimage: error: \(error)")
      return .environment
    }
  }

  /// Prints what was done, or that nothing had to be.
  static func show(_ changes: [DeskChange], none: String) {
    for change in changes {
      if change.isWarning {
        Terminal.error("ll-bootimage: warning: \(change.description)")
      } else {
        Terminal.line(change.description)
      }
    }
    if changes.isEmpty { Terminal.line(none) }
  }

  /// Seconds since 1970.
  static var now: Int64 { Int64(time(nil)) }
}

/// A bar on standard error while many things are made; nothing where standard error is no terminal.
final class ProgressBar {
  private let title: String
  private var lastShown = -1

  init(_ title: String) { self.title = title }

  /// Draws the bar again, where it looks different.
  func show(_ done: Int, of total: Int) {
    guard Terminal.isInteractive, total > 1 else { return }
    let percent = done * 100 / total
    guard percent != lastShown else { return }
    lastShown = percent
    let filled = percent / 4
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 25 - filled)
    Terminal.draw(done == total ? "" : "\(title)  \(bar) \(done) of \(total)")
  }
}
