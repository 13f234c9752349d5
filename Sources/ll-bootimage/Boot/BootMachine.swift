import ArgumentParser
import BootChain
import BootImage
import BootLab
import Glibc

/// On what a node is booted.
struct BootMachine: ParsableArguments {
  @Option(
    name: .customLong("on"),
    help: ArgumentHelp(
      "nspawn, a container that takes seconds; qemu, a virtual machine with an initramfs of its own (default: nspawn, with --image qemu).",
      valueName: "KIND"))
  var chosen: Kind?

  @Option(
    help: ArgumentHelp(
      "A disk that boots by itself in the virtual machine, such as Fedora CoreOS's for QEMU; it is not changed.",
      valueName: "fcos.qcow2"))
  var image: String?

  @Option(
    help: ArgumentHelp("The lab's tree (default: the one in the cache, as `make lab` builds it).", valueName: "TREE")
  )
  var lab: String?

  @Option(
    help: ArgumentHelp(
      "Container images and downloads for the nodes, as scripts/lab/images makes them.", valueName: "DIR"))
  var store: String?

  @Option(
    help: ArgumentHelp(
      "The simulated TPMs, a folder for each node as scripts/simulated-tpm keeps it, or the node's own.",
      valueName: "DIR"))
  var state: String?

  @Option(
    help: ArgumentHelp(
      "The TCG event log that the TPMs have measured before the system starts (default: STATE/eventlog).",
      valueName: "FILE"))
  var eventLog: String?

  @Option(
    help: ArgumentHelp(
      "A folder that the node sees too, such as the libraries of a debug build; may be repeated.",
      valueName: "DIR"))
  var bindRo: [String] = []

  /// The kinds of machines.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    /// systemd-nspawn.
    case nspawn
    /// QEMU with TCG.
    case qemu
  }

  /// The kind of machine.
  var on: Kind { chosen ?? (image == nil ? .nspawn : .qemu) }

  func validate() throws {
    if image != nil, chosen == .nspawn { throw ValidationError("--image boots in a virtual machine: --on qemu") }
  }

  /// The virtual machine that a node boots in.
  func virtualMachine(address: String?) throws(LabError) -> QEMUMachine {
    var machine = QEMUMachine(address: address, shownFolders: bindRo)
    machine.image = try image.map { (path) throws(LabError) in try Self.absolute(path) }
    return machine
  }

  /// The container that a node boots in.
  var container: NspawnMachine { NspawnMachine(shownFolders: bindRo) }

  /// A lab whose network and mirror are those of the rendered nodes.
  func lab(for rendered: BootNodes.Rendered) throws(LabError) -> Lab {
    var network = LabNetwork(addresses: rendered.gateway.map { [$0] } ?? [])
    if let port = rendered.mirrorPort { network.mirrorPort = port }
    let lab = try Lab(try LabTools(tree: lab), network: network)
    do throws(LabError) {
      lab.store = try store.map { (path) throws(LabError) in try Self.absolute(path) }
      let artifacts = try rendered.artifacts.map { (path) throws(LabError) in try Self.absolute(path) }
      if lab.store != nil || artifacts != nil { try lab.serveMirror(artifacts: artifacts) }
    } catch {
      lab.end()
      throw error
    }
    return lab
  }

  /// The node as the lab boots it on `kind`.
  func node(
    _ node: BootNodes.Node, in lab: Lab, on kind: Kind, lastProof: String = ChainUnit.ciliumReady
  ) throws(LabError) -> LabNode {
    let config = try lab.write(
      config: node.config, of: node.name, measuringAfter: kind == .qemu ? lastProof : nil)
    var booted = LabNode(name: node.name, config: config, chain: node.chain)
    guard let state else { return booted }
    let base = try Self.absolute(state)
    let tpm = HostFile.isFolder("\(base)/state") ? base : "\(base)/\(node.name)"
    guard HostFile.isFolder("\(tpm)/state") else {
      throw .environment("no simulated TPM of \(node.name) at \(tpm) (scripts/simulated-tpm makes one)")
    }
    booted.tpm = tpm
    let log = try eventLog.map { (path) throws(LabError) in try Self.absolute(path) } ?? "\(base)/eventlog"
    guard access(log, R_OK) == 0 else {
      throw .environment("no event log at \(log): a TPM that has measured nothing releases nothing (--event-log)")
    }
    booted.eventLog = log
    return booted
  }

  /// The lab runs its children in folders of its own.
  private static func absolute(_ path: String) throws(LabError) -> String {
    guard let real = realpath(path, nil) else {
      throw .environment("\(path): \(String(cString: strerror(errno)))")
    }
    defer { free(real) }
    return String(cString: real)
  }
}
