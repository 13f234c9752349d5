import Glibc

/// One run of the lab: its folder, its namespaces, its network, and the machines in it. When it ends, by whichever way, nothing of
/// it runs on.
public final class Lab {
  /// What it is made of.
  public let tools: LabTools
  /// The network that its machines share.
  public let network: LabNetwork
  /// The container images and downloads of its machines, as `scripts/lab/images` makes them.
  public var store: String?
  private let folder: LabFolder
  private let sandbox: Sandbox
  private var mirror: LabChild?
  private var background: [RunningMachine] = []

  /// Starts a run in a folder of its own below `base`, which is on a disk file system: overlays and containers need one.
  public init(_ tools: LabTools, network: LabNetwork = LabNetwork(), in base: String = "/var/tmp") throws(LabError) {
    try tools.require(["unshare", "nsenter", "ip", "rm", "cp", "sh"])
    var null = stat()
    guard stat("/dev/null", &null) == 0, null.st_mode & S_IFMT == S_IFCHR else {
      throw .environment("/dev/null is no device on this machine: no container starts")
    }
    self.tools = tools
    self.network = network
    folder = try LabFolder(in: base)
    do throws(LabError) {
      sandbox = try Sandbox(log: "\(folder.path)/sandbox.log")
      for command in network.commands { try sandbox.run(command) }
    } catch {
      folder.remove()
      throw error
    }
  }

  /// The folder of this run, for what a caller wants to be gone with it.
  public var path: String { folder.path }

  /// Serves `folder` over HTTP, at every address that the lab has.
  private func serve(mirror folder: String) throws(LabError) {
    try tools.require(["python3"])
    mirror = try sandbox.start(
      ["python3", "-m", "http.server", "--directory", folder, "\(network.mirrorPort)"],
      output: .file("\(self.folder.path)/mirror.log"))
  }

  /// Boots `node`.
  ///
  /// - Parameters:
  ///   - isFirst: whether Ignition runs; otherwise it boots from what its earlier boot in this run left.
  ///   - timeout: after how many seconds the machine is ended whatever it does.
  public func boot(
    _ node: LabNode, on machine: some Machine, isFirst: Bool = true, timeout: Int = 900
  ) throws(LabError) -> RunningMachine {
    try tools.require(machine.programs)
    let place = "\(folder.path)/\(node.name)"
    try make(place)
    try make(folder.controlGroup)
    var node = node
    if let tpm = node.tpm {
      // A boot changes a TPM for good; the next run is to find it as this one did.
      if isFirst { try run(["cp", "--archive", "--", tpm, "\(place)/tpm"]) }
      node.tpm = "\(place)/tpm"
    }
    let start = MachineStart(
      node: node, state: "\(place)/state", isFirst: isFirst, network: network,
      controlGroup: "\(folder.controlGroup)/\(node.name)", tools: tools, store: store, timeout: timeout)
    try run(["rm", "-f", "\(start.state)/journal.json"])
    return try RunningMachine(start, on: machine, in: self, place: place)
  }

  /// How long the loop of ``CPUFactor`` takes on this machine, with the tree's own shell, in nanoseconds.
  public func measureCPU() throws(LabError) -> Int {
    let child = try sandbox.start(
      ["chroot", "\(tools.tree)/root", "/bin/sh", "-c", CPUFactor.program],
      output: .pipe(errors: "\(folder.path)/cpu.log"))
    var said: [UInt8] = []
    let end = ContinuousClock.now.advanced(by: .seconds(60))
    while let bytes = child.read(), ContinuousClock.now < end {
      try LabSignals.check()
      said += bytes
      if bytes.isEmpty { child.waitForOutput(milliseconds: 200) }
    }
    let lines = String(decoding: said, as: UTF8.self).split(separator: "\n")
    guard let time = lines.compactMap({ CPUFactor.nanoseconds(String($0)) }).first else {
      throw .environment("cannot run the tree's shell: \(Sandbox.lastLine(of: "\(folder.path)/cpu.log"))")
    }
    return time
  }

  /// Writes `config`, a rendered node's, to the run's folder, for ``LabNode/config``.
  ///
  /// - Parameter lastProof: for a machine with a processor of its own, the unit after which its speed is measured.
  public func write(
    config: [UInt8], of node: String, measuringAfter lastProof: String? = nil
  ) throws(LabError) -> String {
    let bytes = lastProof.map { LabConfig.measuring(config, lastProof: $0) } ?? config
    let path = "\(folder.path)/\(node).ign"
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .environment("cannot write \(path): \(String(cString: strerror(errno)))") }
    defer { close(file) }
    guard LabFile.write(bytes, to: file) else {
      throw .environment("cannot write \(path): \(String(cString: strerror(errno)))")
    }
    return path
  }

  /// Makes the folder of the cluster's mirror: what `store` has of it, and below `artifacts/` the programs of `artifacts`.
  public func serveMirror(artifacts: String?) throws(LabError) {
    let mirror = "\(folder.path)/mirror"
    try make(mirror)
    if let store { try run(["sh", "-ec", "ln -s \"$1\"/* \"$2\"", "sh", "\(store)/mirror", mirror]) }
    if let artifacts { try run(["ln", "-sfn", artifacts, "\(mirror)/artifacts"]) }
    try serve(mirror: mirror)
  }

  /// Lets `machines` run until the lab ends, though nobody looks at them.
  public func keepRunning(_ machines: [RunningMachine]) { background += machines }

  private func make(_ folder: String) throws(LabError) {
    guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
      throw .environment("cannot make \(folder): \(String(cString: strerror(errno)))")
    }
  }

  /// Runs `words` inside the lab's namespaces to their end.
  public func run(_ words: [String]) throws(LabError) { try sandbox.run(words) }

  /// Starts `words` inside the lab's namespaces.
  func start(_ words: [String], output: LabChild.Output) throws(LabError) -> LabChild {
    // What the scripts make for themselves goes with the run's folder.
    try sandbox.start(words, output: output, environment: ["TMPDIR": folder.path])
  }

  /// Ends every machine at once, as a power cut does, and removes what the run made.
  public func end() {
    background = []
    mirror?.end()
    sandbox.end()
    folder.remove()
  }

  deinit { end() }
}
