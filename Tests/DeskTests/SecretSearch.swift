import Foundation
import Glibc
import TestSupport

/// Secrets in every disguise, to be looked for in whatever a desk puts out.
struct SecretSearch {
  // By their first eight bytes: every place of a haystack is looked at once, however many secrets there are.
  private var needles: [UInt64: [Data: String]] = [:]

  /// How many different forms are looked for.
  var count: Int { needles.values.map(\.count).reduce(0, +) }

  mutating func add(_ name: String, _ text: String) { add(name, Array(text.utf8)) }

  mutating func add(_ name: String, _ bytes: [UInt8]) {
    insert(name, bytes)
    // The half of a private key that nobody else has: PKCS#8 holds it as an octet string of 32 or 48 bytes.
    for size in [UInt8(32), 48] {
      guard let place = Data(bytes).range(of: Data([2, 1, 1, 4, size])) else { continue }
      insert(name, Array(bytes[place.upperBound...].prefix(Int(size))))
    }
  }

  private mutating func insert(_ name: String, _ bytes: [UInt8]) {
    for form in Disguises.of(bytes) where form.count >= 8 {
      needles[form.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, default: [:]][form] = name
    }
  }

  /// Every secret that `desk` has now, the root's key and what opens the desk among them.
  mutating func add(_ desk: ExampleDesk) throws {
    for (name, value) in try OpenedDesk(desk).secrets { add(name, value) }
    add("the root's passphrase", ExampleDesk.rootPassphrase)
    let root = try desk.tool(
      "sh", "-c", "openssl pkey -in \"$1\" -passin \"pass:$2\" -outform DER | base64", "sh",
      desk.path("secrets/root.key.pem"), ExampleDesk.rootPassphrase)
    guard let key = Data(base64Encoded: root, options: .ignoreUnknownCharacters), key.count > 100 else {
      throw ExampleDesk.Failure(description: "no root key")
    }
    add("the root's key", Array(key))
    let identity = try desk.text("desk.identity").split(separator: "\n").first { $0.hasPrefix("AGE-SECRET-KEY-1") }
    guard let identity else { throw ExampleDesk.Failure(description: "no identity") }
    add("the desk's identity", String(identity))
  }

  /// The words of the shares in `folder`.
  mutating func addShares(_ desk: ExampleDesk, in folder: String) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: desk.path(folder)) where name.hasPrefix("share-") {
      let words = try SealRefusalTests.words(desk, desk.path("\(folder)/\(name)"))
      // The first ones tell only which set and which share it is.
      for start in stride(from: 5, through: 25, by: 5) {
        add("\(folder)/\(name)", words[start..<(start + 5)].joined(separator: " "))
      }
    }
  }

  /// The names of the secrets that are in `data`: as it is, across line ends, in data URLs and gunzipped.
  func found(in data: Data) throws -> Set<String> {
    var found: Set<String> = []
    for part in [data] + (try Disguises.parts(of: data)) {
      for form in [part, Self.joined(part)] { found.formUnion(names(in: form)) }
    }
    return found
  }

  private func names(in data: Data) -> Set<String> {
    var names: Set<String> = []
    data.withUnsafeBytes { bytes in
      var window: UInt64 = 0
      var index = 0
      while index < bytes.count {
        window = window << 8 | UInt64(bytes[index])
        index += 1
        guard index >= 8, let candidates = needles[window] else { continue }
        for (needle, name) in candidates where bytes[(index - 8)...].starts(with: needle) { names.insert(name) }
      }
    }
    return names
  }

  /// Without line ends, JSON's and HCL's ones too: PEM breaks what it holds.
  private static func joined(_ data: Data) -> Data {
    var joined = Data(capacity: data.count)
    var isEscape = false
    for byte in data where byte != 10 && byte != 13 {
      if isEscape, byte == UInt8(ascii: "n") { joined.removeLast() } else { joined.append(byte) }
      isEscape = byte == UInt8(ascii: "\\")
    }
    return joined
  }
}

/// Collects the arguments and environments of this package's programs while they run.
final class ProcessWatch: @unchecked Sendable {
  private let lock = NSLock()
  // Guarded by `lock`.
  private var seen: Set<Data> = []
  private var programs: Set<String> = []
  private var isOver = false

  init() {
    // Weak: the thread must not keep the object whose end ends it.
    Thread.detachNewThread { [weak self] in
      while let self, !self.locked({ self.isOver }) {
        self.look()
        usleep(2_000)
      }
    }
  }

  /// What was seen, and of which programs.
  func finish() -> (texts: Set<Data>, programs: Set<String>) {
    locked {
      isOver = true
      return (seen, programs)
    }
  }

  private func look() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] where Int(name) != nil {
      guard let program = try? String(contentsOfFile: "/proc/\(name)/comm", encoding: .utf8), program.hasPrefix("ll-")
      else { continue }
      for part in ["cmdline", "environ"] {
        guard let data = FileManager.default.contents(atPath: "/proc/\(name)/\(part)"), !data.isEmpty else { continue }
        locked {
          seen.insert(data)
          programs.insert("\(program.dropLast()) \(part)")
        }
      }
    }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body()
  }
}
