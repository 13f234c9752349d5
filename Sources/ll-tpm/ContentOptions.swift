import ArgumentParser
import Console
import SealedObject
import SecretMemory
import TPMUnseal

/// What is sealed, and where the result goes.
struct ContentOptions: ParsableArguments {
  @Option(
    name: .customLong("in"),
    help: ArgumentHelp(
      "The secret, - for standard input; over 128 bytes it becomes a bundle with the entry 'secret'.", valueName: "FILE"
    ))
  var input: String?

  @Option(
    help: ArgumentHelp(
      "An entry of a bundle; may be given often. NAME is what a manifest's Name= says.", valueName: "NAME=FILE"))
  var entry: [String] = []

  @Option(help: ArgumentHelp("The sealed file to make; its sidecar is made beside it as .json.", valueName: "BLOB.pem"))
  var out: String

  func validate() throws {
    if (input == nil) == entry.isEmpty { throw ValidationError("Name what to seal: --in, or --entry once or more.") }
    for entry in entry where Self.split(entry) == nil {
      throw ValidationError("--entry is NAME=FILE, not '\(entry)'.")
    }
  }

  private static func split(_ entry: String) -> (name: String, path: String)? {
    let parts = entry.split(separator: "=", maxSplits: 1)
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
  }

  /// The content, read into locked memory.
  func content() throws(Exit) -> SealingContent {
    guard let input else {
      var entries: [SealedBundle.Entry] = []
      for (name, path) in entry.compactMap(Self.split) {
        entries.append(SealedBundle.Entry(name: name, value: try Self.secret(path, limit: 512 << 10)))
      }
      return .bundle(entries)
    }
    let secret = try Self.secret(input, limit: 512 << 10)
    if secret.count < 16 {
      Output.error.line(
        "\(input): warning: \(secret.count) bytes: the sidecar's key id is a hash of it, by which a short secret can be guessed"
      )
    }
    return secret.count <= 128 ? .secret(secret) : .bundle([SealedBundle.Entry(name: "secret", value: secret)])
  }

  private static func secret(_ path: String, limit: Int) throws(Exit) -> SecretBytes {
    let secret = try Failure.handled(of: path) { () throws(UnsealError) in try SecretFile.read(path, limit: limit) }
    guard secret.count > 0 else {
      Output.error.line("\(path): error: it is empty")
      throw .inputIsWrong
    }
    return secret
  }

  /// Writes the pair and says so.
  func write(_ pair: SealedPair) throws(Exit) {
    let paths = SealedPaths(blob: out)
    try Failure.handled(of: out) { () throws(UnsealError) in try paths.write(pair) }
    Output.standard.line("\(paths.blob) \(paths.sidecar): key id \(pair.sidecar.keyID), \(pair.sidecar.policy.name)")
  }
}
