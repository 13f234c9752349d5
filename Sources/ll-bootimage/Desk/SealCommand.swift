import ArgumentParser
import BootImage
import Desk
import Diagnostics
import MeasuredBoot
import SealedObject
import SecretMemory
import TPMStructures

/// `ll-bootimage seal`
struct SealCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seal",
    abstract: "Makes the cluster's secrets once, and seals to every node's TPM what that node needs.",
    discussion: """
      Nodes are known by DESK/identities/NODE.json, as `ll-tpm identity` prints it there. What is sealed lies in DESK/sealed, where `build` \
      takes it from. Running it again changes only what changed, and says what.
      """,
    subcommands: [Nodes.self, Drill.self, Rotate.self, Recover.self], defaultSubcommand: Nodes.self)

  /// `ll-bootimage seal` itself
  struct Nodes: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "nodes", abstract: "Seals to every node (what `seal` does without another word).")

    @OptionGroup var desk: DeskOptions
    @OptionGroup var escrow: EscrowOptions
    @OptionGroup var policy: BootPolicyOptions

    @Option(help: ArgumentHelp("Seal to this node only.", valueName: "NAME"))
    var node: String?

    @Flag(help: "Seal to the first master what it initialises a new cluster with; build needs --bootstrap too.")
    var bootstrap = false

    func run() throws {
      var options = SealingWork.Options(policy: try policy.sealingPolicy())
      options.mayWeaken = policy.weaken
      options.label = policy.label
      (options.substitutions, options.files) = try policy.staged()
      options.bootstrap = bootstrap
      options.onlyNode = node
      options.escrow = try escrow.order()
      let session = try desk.open()
      if let node, !session.cluster.nodes.contains(where: { $0.name == node }) {
        throw Failure.said(.refused("no node '\(node)' in this cluster"))
      }
      let outcome = try Failure.handled { () throws(DeskError) in
        var work = SealingWork(session, options, at: Failure.now)
        let bar = ProgressBar("sealing")
        work.progress = { bar.show($0, of: $1) }
        return try work.run()
      }
      Failure.show(outcome.changes, none: "nothing to do")
      Terminal.line("\(outcome.sealed) bundles sealed, \(outcome.kept) as they were: \(desk.paths.sealed)")
    }
  }

  /// `ll-bootimage seal rotate`
  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rotate",
      abstract: "Replaces the static seal's key: both keys side by side first, the old one dropped with --finish.",
      discussion: "Then `ll-bootimage seal` with --escrow, and docs/operations.md, rotating the seal's key.")

    @OptionGroup var desk: DeskOptions

    @Flag(help: "Drop the previous key: every master has started with the new one, and with it alone.")
    var finish = false

    func run() throws {
      let session = try desk.open()
      let changes = try Failure.handled { () throws(DeskError) in
        let rotation = SealRotation(session)
        return finish ? try rotation.finish() : try rotation.begin()
      }
      Failure.show(changes, none: "nothing to do")
      Terminal.error(
        finish
          ? "Next: `ll-bootimage seal`, `build`, and the new files onto every master."
          : "Next: `ll-bootimage seal --escrow …`, `build`, and the new files onto the standbys first: docs/operations.md."
      )
    }
  }

  /// `ll-bootimage seal drill`
  struct Drill: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "drill",
      abstract: "Proves that recovery shares bring the key back: every threshold's worth of them, and no fewer.",
      discussion: "Nothing is written, and the key is not shown. With --cluster the key must be the cluster's.")

    @Option(name: .customLong("cluster"), help: ArgumentHelp("The cluster file.", valueName: "FILE"))
    var clusterFile: String?

    @Option(help: ArgumentHelp("The desk's folder (default: the cluster file's).", valueName: "DIR"))
    var desk: String?

    @Argument(help: ArgumentHelp("Files with shares, as they were given out, or with their words.", valueName: "SHARE"))
    var shares: [String]

    func run() throws {
      var expected: String?
      if let clusterFile {
        var place = DeskPlace()
        place.clusterFile = clusterFile
        place.desk = desk
        let cluster = try place.cluster()
        let paths = DeskPaths(folder: place.folder)
        expected = try Failure.handled { () throws(DeskError) in try SharesDrill.keyID(paths, cluster: cluster) }
      }
      let files = shares
      let outcome = try Failure.handled { () throws(DeskError) in
        let shares = try SharesDrill.shares(
          try files.map { (path) throws(DeskError) in (name: path, text: try SecretInput.read(path)) })
        return try SharesDrill.run(shares, expected: expected)
      }
      Terminal.line(
        "the key \(outcome.keyID)\(expected == nil ? "" : ", the cluster's"): all \(outcome.combinations) combinations of "
          + "\(outcome.threshold) shares bring it back")
      Terminal.line(
        "none of the \(outcome.refused) combinations of \(outcome.threshold - 1) does: each is refused, and what it would give is another key"
      )
    }
  }

  /// `ll-bootimage seal recover`
  struct Recover: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "recover",
      abstract: "Brings the static seal's key back from its shares, onto a desk that does not have it.")

    @OptionGroup var desk: DeskOptions

    @Argument(help: ArgumentHelp("Files with shares, as they were given out, or with their words.", valueName: "SHARE"))
    var shares: [String]

    func run() throws {
      let files = shares
      let read = try Failure.handled { () throws(DeskError) in
        try SharesDrill.shares(
          try files.map { (path) throws(DeskError) in (name: path, text: try SecretInput.read(path)) })
      }
      let session = try desk.open()
      let changes = try Failure.handled { () throws(DeskError) in try SealRecovery(session).run(read) }
      Failure.show(changes, none: "nothing to do")
    }
  }
}
