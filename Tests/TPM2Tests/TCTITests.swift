import TPM2
import TPMStructures
import Testing

@Suite("TCTI")
struct TCTITests {
  @Test(
    "what would let tss2 choose a TPM is refused, and says why",
    arguments: [
      ("", "without a name tss2 would search"), (":", "without a name tss2 would search"),
      (":/dev/tpmrm0", "without a name tss2 would search"), ("default", "default is none of the modules"),
      ("tctildr", "tctildr is none of the modules"), ("tabrmd:", "tabrmd is none of the modules"),
      ("libtss2-tcti-swtpm.so.0:path=/run/s", "none of the modules"), ("/dev/tpmrm0", "none of the modules"),
      ("Device:/dev/tpmrm0", "none of the modules"), ("swtpm ", "none of the modules"), ("device:", "has no path"),
      ("device:tpmrm0", "not the path of a device"), ("device:/run/tpm", "not the path of a device"),
      ("cmd:", "the program is missing"), ("pcap", "without a name tss2 would search"),
      ("pcap:", "without a name tss2 would search"), ("pcap:default", "default is none of the modules"),
      ("swtpm:path=\0", "zero byte"),
    ])
  func refused(text: String, reason: String) throws {
    let error = try #require(throws: TPMError.self) { try TCTI(text) }
    #expect(error.description.contains(reason))
  }

  @Test(
    "a name that is known is taken, and a simulator is told from a device",
    arguments: [
      ("device", "device:/dev/tpmrm0", false), ("device:/dev/tpm0", "device:/dev/tpm0", false),
      ("swtpm", "swtpm", true),
      ("swtpm:host=localhost,port=2321", "swtpm:host=localhost,port=2321", true),
      ("mssim:path=a:b", "mssim:path=a:b", true),
      ("cmd:swtpm_ioctl -", "cmd:swtpm_ioctl -", true), ("pcap:device:/dev/tpmrm0", "pcap:device:/dev/tpmrm0", false),
      ("pcap:swtpm", "pcap:swtpm", true),
    ])
  func accepted(text: String, description: String, isSimulator: Bool) throws {
    let tcti = try TCTI(text)
    #expect(tcti.description == description)
    #expect(tcti.isSimulator == isSimulator)
  }

  @Test("a TPM that is not there is an error in words, with its TCTI")
  func unreachable() async throws {
    let tpm = try TPM(TCTI("device:/dev/ll-no-such-tpm"))
    let error = await #expect(throws: TPMError.self) {
      try await tpm.perform { (context: TPMContext) throws(TPMError) in try context.getRandom(1) }
    }
    #expect(error?.description.hasPrefix("no TPM at device:/dev/ll-no-such-tpm: ") == true)
    #expect(error?.responseCode?.layer == .tcti)
  }
}
