import ArgumentParser
import BootImage
import HTTPFetch

/// `ll-bootimage fetch`
struct Fetch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract:
      "Downloads everything that the cluster pins, verified by hash, into a folder that serves as an air-gap mirror.",
    discussion: """
      Resumable: what is there with the right hash is kept, what was interrupted goes on where it stopped. Serve the folder over HTTP \
      (DIR/mirror.nginx.conf has what nginx must know for images) and set the cluster's `mirror` to its address: every download of every \
      node then goes there.
      """)

  @OptionGroup var cluster: ClusterOptions

  @Option(help: ArgumentHelp("The mirror's folder.", valueName: "DIR"))
  var out: String

  @Option(help: ArgumentHelp("PEM file with the authorities to trust instead of the system's.", valueName: "FILE"))
  var ca: String?

  @Option(help: ArgumentHelp("Copy our own programs from here into the mirror, too.", valueName: "DIR"))
  var artifacts: String?

  @Flag(help: "List what would be fetched, and from where, and stop.")
  var dryRun = false

  func validate() throws {
    if out.isEmpty { throw ValidationError("--out must not be empty") }
  }

  func run() throws {
    let inputs = try cluster.load()
    let mirror = MirrorFetch(NodeRole.allCases.compactMap { inputs.images[$0]?.definition }, into: out)
    if dryRun {
      for item in mirror.items { Terminal.line("\(item.name)  \(address(of: item.source))") }
      return
    }
    if let ca { _ = try Terminal.environment { () throws(FileError) in try HostFile.read(ca) } }
    if let artifacts {
      let copied = try Terminal.environment { () throws(FileError) in try mirror.copyPrograms(from: artifacts) }
      for program in copied { Terminal.error("\(program): copied") }
    }
    var configuration = CurlSession.Configuration()
    configuration.caFile = ca
    let session: CurlSession
    do {
      session = try CurlSession(configuration)
    } catch {
      Terminal.error("ll-bootimage: \(error)")
      throw ExitStatus.environment
    }
    var failures = 0
    var mediaTypes: [String: String] = [:]
    for (index, item) in mirror.items.enumerated() {
      var line = ProgressLine("[\(index + 1)/\(mirror.items.count)] \(item.name)")
      let outcome = mirror.fetch(item, through: session, mediaTypes: &mediaTypes) { line.show($0, of: $1) }
      switch outcome {
      case .done(let size, 0): line.end("already there, \(ProgressLine.amount(size))")
      case .done(let size, let transferred):
        line.end(
          "\(ProgressLine.amount(size)) verified"
            + (transferred < size ? ", \(ProgressLine.amount(transferred)) of it fetched now" : ""))
      case .failed(let reason):
        failures += 1
        line.end("failed")
        Terminal.error("ll-bootimage: \(item.name): \(reason)")
      }
    }
    try Terminal.environment { () throws(FileError) in try mirror.writeServerConfiguration(mediaTypes) }
    if failures > 0 {
      Terminal.error("ll-bootimage: \(failures) of \(mirror.items.count) not fetched; run it again to go on")
      throw ExitStatus.environment
    }
    Terminal.line("\(out): \(mirror.items.count) downloads, all verified")
  }

  private func address(of source: ImageDefinition.Pin.Source) -> String {
    switch source {
    case .file(let file): "\(file.url) \(file.hash.ignition)"
    case .image(let image): image.reference
    }
  }
}

/// One line of progress on standard error: drawn again on a terminal, printed once elsewhere.
struct ProgressLine {
  private let title: String
  private var lastShown = -1

  init(_ title: String) { self.title = title }

  mutating func show(_ received: Int64, of total: Int64?) {
    guard Terminal.isInteractive, let total, total > 0 else { return }
    let percent = Int(min(100, received * 100 / total))
    guard percent != lastShown else { return }
    lastShown = percent
    let filled = percent / 4
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 25 - filled)
    Terminal.draw("\(title)  \(bar) \(percent) %, \(Self.amount(received)) of \(Self.amount(total))")
  }

  mutating func end(_ text: String) {
    if Terminal.isInteractive { Terminal.draw("") }
    Terminal.error("\(title): \(text)")
  }

  /// A number of bytes for people, in powers of 1,024.
  static func amount(_ bytes: Int64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var tenths = bytes * 10
    var unit = 0
    while tenths >= 10240, unit < units.count - 1 {
      tenths /= 1024
      unit += 1
    }
    return unit == 0 ? "\(bytes) B" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
