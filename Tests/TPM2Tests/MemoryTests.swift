import Foundation
import SecretMemory
import TPM2
import TPMStructures
import TestSupport
import Testing

// Another process may read this one's memory only as root where Yama restricts it, as Debian and Fedora do.
@Suite("Secrets in memory", .enabled(if: SoftwareTPM.isInstalled && geteuid() == 0), .timeLimit(.minutes(20)))
struct MemoryTests {
  // Reads the writable memory of a process and prints how often it holds a pattern, which is given with each bit
  // flipped.
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
        try:
            memory.seek(start)
            bytes_read = b""
            while start + len(bytes_read) < end:
                part = memory.read(end - start - len(bytes_read))
                if not part:
                    break
                bytes_read += part
        except OSError:
            continue
        found += bytes_read.count(pattern)
    print(found)
    """

  private static func copies(ofFlipped hidden: [UInt8]) throws -> Int? {
    let numbers = hidden.map(String.init).joined(separator: ",")
    let command = try Command(["python3", "-c", search, "\(getpid())", numbers])
    return Int(command.output.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  // In a process of its own: in this one, the kernel lists other suites' locked pages together with these, and what is
  // listed comes, goes and grows while it is read.
  @Test("sealing and unsealing leave no copy of the secret or the authorization value outside of locked memory")
  func copies() async {
    await #expect(processExitsWith: .success) {
      let tpm = try SoftwareTPMHolder()
      let area = try await tpm.tpm.perform { (context: TPMContext) throws(TPMError) in try context.provision() }
      let secret = try SecretBytes.random(count: 32)
      let value = try SecretBytes.random(count: 32)
      let hiddenSecret = secret.withUnsafeBytes { $0.map { ~$0 } }
      let hiddenValue = value.withUnsafeBytes { $0.map { ~$0 } }
      // What is searched for is there once: the search finds it.
      #expect(try MemoryTests.copies(ofFlipped: hiddenSecret) == 1)
      let sealed = try await tpm.tpm.perform { (context: TPMContext) throws(TPMError) in
        let parent = try context.object(handle: TPMContext.storageRootKey, publicArea: area)
        let session = try context.startAuthSession(.hmac, salt: parent, attributes: [.decrypt])
        return try context.create(
          .sealedObject(authPolicy: [], fixed: true, userWithAuth: true), parent: parent, sealing: secret,
          authorizationValue: value, authorization: .session(session))
      }
      #expect(try MemoryTests.copies(ofFlipped: hiddenSecret) == 1)
      #expect(try MemoryTests.copies(ofFlipped: hiddenValue) == 1)
      let unsealed = try await tpm.tpm.perform { (context: TPMContext) throws(TPMError) in
        let parent = try context.object(handle: TPMContext.storageRootKey, publicArea: area)
        let session = try context.startAuthSession(
          .hmac, salt: parent, attributes: [.continueSession, .decrypt, .encrypt])
        let object = try context.load(sealed, parent: parent, authorization: .session(session))
        try context.setAuthorizationValue(value, of: object)
        try context.setAttributes([.encrypt], of: session)
        return try context.unseal(object, authorization: .session(session))
      }
      #expect(try MemoryTests.copies(ofFlipped: hiddenSecret) == 2)
      #expect(try MemoryTests.copies(ofFlipped: hiddenValue) == 1)
      #expect(unsealed == secret)
    }
  }
}
