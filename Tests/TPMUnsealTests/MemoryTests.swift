import Foundation
import SealedObject
import SecretMemory
import TPM2
import TPMStructures
import TPMUnseal
import TestSupport
import Testing

// Another process may read this one's memory only as root where Yama restricts it, as Debian and Fedora do.
@Suite("Secrets in memory", .enabled(if: SoftwareTPM.isInstalled && geteuid() == 0), .timeLimit(.minutes(20)))
struct MemoryTests {
  // Prints how often the writable memory of a process holds a pattern, which is given with each bit flipped.
  private static let search = """
    import sys
    pattern = bytes(0xFF ^ int(byte) for byte in sys.argv[2].split(","))
    memory = open(f"/proc/{sys.argv[1]}/mem", "rb", 0)
    found = 0
    for line in open(f"/proc/{sys.argv[1]}/maps"):
        fields = line.split()
        if not fields[1].startswith("rw"):
            continue
        start, end = (int(part, 16) for part in fields[0].split("-"))
        parts = []
        try:
            memory.seek(start)
            while start < end:
                part = memory.read(end - start)
                if not part:
                    break
                parts.append(part)
                start += len(part)
        except OSError:
            continue
        found += b"".join(parts).count(pattern)
    print(found)
    """

  /// How often this process holds the secret whose bits are all flipped in `hidden`.
  private static func copies(_ hidden: [UInt8]) throws -> Int? {
    let numbers = hidden.map(String.init).joined(separator: ",")
    let command = try Command(["python3", "-c", search, "\(getpid())", numbers])
    return Int(command.output.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  private static func hidden(_ secret: SecretBytes) -> [UInt8] { secret.withUnsafeBytes { $0.map { ~$0 } } }

  // In a process of its own: in this one, the kernel lists other suites' locked pages together with these, and what is
  // listed comes, goes and grows while it is read.
  @Test("sealing, importing and unsealing a secret leave no copy outside of the locked memory that is given out")
  func secret() async {
    await #expect(processExitsWith: .success) {
      let node = try await TestNode.booted()
      let secret = try SecretBytes.random(count: 32)
      let value = try SecretBytes.random(count: 32)
      let (hiddenSecret, hiddenValue) = (MemoryTests.hidden(secret), MemoryTests.hidden(value))
      // What is searched for is there once: the search finds it.
      #expect(try MemoryTests.copies(hiddenSecret) == 1)
      let policy = try SealingPolicy.standard(bank: .sha256)
      let local = try await node.seal(.secret(secret), policy, authorizationValue: value)
      #expect(try MemoryTests.copies(hiddenSecret) == 1)
      let identity = try await node.identity()
      let desk = try SealedPair(sealing: .secret(secret), try node.request(policy, identity), for: identity)
      #expect(try MemoryTests.copies(hiddenSecret) == 1)
      let imported = try await Importing.localPair(of: desk, authorizationValue: value, in: node.tpm)
      #expect(try MemoryTests.copies(hiddenSecret) == 1)
      let first = try await node.unseal(local, authorizationValue: value)
      let second = try await node.unseal(imported, authorizationValue: value)
      #expect(try MemoryTests.copies(hiddenSecret) == 3)
      #expect(try MemoryTests.copies(hiddenValue) == 1)
      #expect(first == secret && second == secret)
    }
  }

  @Test("sealing and releasing a bundle leave no copy of its entries outside of locked memory")
  func bundle() async {
    await #expect(processExitsWith: .success) {
      let node = try await TestNode.booted()
      let entry = try SecretBytes.random(count: 400)
      let hidden = MemoryTests.hidden(entry)
      let pair = try await node.seal(
        .bundle([SealedBundle.Entry(name: "entry", value: entry)]), try .strict(bank: .sha384))
      #expect(try MemoryTests.copies(hidden) == 1)
      let manifest = ReleaseManifest(
        blob: "/b.pem", files: [ReleaseManifest.File(name: "entry", path: "\(node.memory.path)/entry")])
      try await BundleRelease.run(manifest, pair, authorizationValue: nil, from: node.tpm)
      #expect(try MemoryTests.copies(hidden) == 1)
      let key = try await node.unseal(pair)
      let entries = try BundleRelease.entries(of: pair, key)
      // Not so the bundle's key: the key schedule of AES stays in memory that the cryptographic library has freed.
      #expect(try MemoryTests.copies(hidden) == 2)
      #expect(entries.first?.value == entry)
    }
  }
}
