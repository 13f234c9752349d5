import ArgumentParser
import BootImage
import Diagnostics
import Ignition

/// `ll-bootimage show`
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Lists what an Ignition config would do to a host: files, units, users, disks, kernel arguments.",
    discussion: """
      Contents are decoded and unpacked; what would be fetched is named and not fetched. Examples:
        ll-bootimage show out/master-1.ign
        ll-bootimage show out/master-1.ign --path /etc/hostname
        ll-bootimage show out/master-1.ign --path kubelet.service
      """)

  @Argument(help: ArgumentHelp("An Ignition config of spec 3.0.0 to 3.6.0; - is standard input.", valueName: "FILE"))
  var file: String

  @Flag(help: "Print the text of every file, unit and drop-in under its line.")
  var contents = false

  @Option(
    help: ArgumentHelp(
      "Print only what would stand in this file, unit or drop-in (a path, or a name below /etc/systemd/system), byte by byte.",
      valueName: "PATH"))
  var path: String?

  @Option(help: "How the result is printed: text or json.")
  var format: OutputFormat = .text

  func validate() throws {
    if path != nil, contents || format == .json {
      throw ValidationError("--path prints the bytes as they are: neither --contents nor --format json goes with it")
    }
  }

  func run() throws {
    let bytes = try Terminal.environment { () throws(FileError) in try HostFile.read(file) }
    let name = file == "-" ? "<stdin>" : file
    let result = IgnitionConfig.parse(bytes)
    Terminal.show(result, bytes, name)
    guard let config = result.config, let spec = result.spec else { throw ExitStatus.input }
    let listing = HostListing(config)
    if let path {
      switch listing.found(at: path) {
      case .bytes(let bytes): Terminal.output(bytes)
      case .elsewhere(let reasons):
        Terminal.error("\(name): error: '\(path)' is not in it, or not whole: \(reasons.joined(separator: ", "))")
        throw ExitStatus.input
      case .nothing:
        Terminal.error("\(name): error: it holds no '\(path)'; without --path everything in it is listed")
        throw ExitStatus.input
      }
      return
    }
    switch format {
    case .text:
      Terminal.line("\(name): spec \(spec)")
      Terminal.output(listing.text(contents: contents))
    case .json:
      let members =
        [JSONText.Member("file", .string(name)), JSONText.Member("spec", .string("\(spec)"))]
        + listing.json(contents: contents)
      Terminal.output(JSONText.object(members).compact + [UInt8(ascii: "\n")])
    }
  }
}
