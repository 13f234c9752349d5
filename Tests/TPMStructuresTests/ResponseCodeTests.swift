import Foundation
import TPMStructures
import TestSupport
import Testing

@Suite("Response codes in words")
struct ResponseCodeTests {
  @Test(
    "the answers that unsealing meets",
    arguments: [
      (0x99D, "TPM_RC_POLICY_FAIL", .session(1), "TPM: session 1: a policy check failed (0x99d)"),
      (
        0x921, "TPM_RC_LOCKOUT", nil,
        "TPM: the TPM is locked out after too many wrong authorizations (0x921)"
      ),
      (0x1D5, "TPM_RC_SIZE", .parameter(1), "TPM: parameter 1: a structure has the wrong size (0x1d5)"),
      (
        0x18B, "TPM_RC_HANDLE", .handle(1),
        "TPM: handle 1: the handle does not exist or is not correct for the use (0x18b)"
      ),
      (0x14B, "TPM_RC_NV_SPACE", nil, "TPM: the TPM's NV memory is full (0x14b)"),
      (0x902, "TPM_RC_OBJECT_MEMORY", nil, "TPM: no memory for another object (0x902)"),
      (0x70007, "TSS2_BASE_RC_BAD_SEQUENCE", nil, "tpm2-tss ESYS: functions were called in the wrong order (0x70007)"),
      (0xA000A, "TSS2_BASE_RC_IO_ERROR", nil, "TCTI: input or output failed (0xa000a)"),
      (0xC0902, "TPM_RC_OBJECT_MEMORY", nil, "resource manager: no memory for another object (0xc0902)"),
      (0xFD5, "TPM_RC_SIZE", .parameter(15), "TPM: parameter 15: a structure has the wrong size (0xfd5)"),
      (0x500, nil, nil, "TPM: an unknown code (0x500)"),
      (0xDF, nil, nil, "TPM: the integrity check failed (0xdf)"),
    ] as [(UInt32, String?, ResponseCode.Subject?, String)])
  func words(_ value: UInt32, _ name: String?, _ subject: ResponseCode.Subject?, _ words: String) {
    let code = ResponseCode(rawValue: value)
    if let name { #expect(code.name == name) }
    #expect(code.subject == subject)
    #expect(code.description == words)
  }

  private static let headerPath = "/usr/include/tss2/tss2_tpm2_types.h"

  @Test(
    "every code of tpm2-tss's header has the same name here",
    .enabled(if: FileManager.default.fileExists(atPath: headerPath), "libtss2-dev is not installed"))
  func headerNames() throws {
    let text = try String(contentsOfFile: Self.headerPath, encoding: .utf8)
    let pattern =
      #/\#define TPM2_RC_(?<name>\w+)\s+\(\(TPM2_RC\)\s*\(TPM2_RC_(?<base>VER1|FMT1|WARN) \+ 0x(?<code>[0-9A-F]+)\)\)/#
    var count = 0
    for match in text.matches(of: pattern) where match.name != "MAX_FM0" {
      let base: UInt32 = match.base == "VER1" ? 0x100 : match.base == "FMT1" ? 0x080 : 0x900
      let value = base + (try #require(UInt32(match.code, radix: 16)))
      #expect(ResponseCode(rawValue: value).name == "TPM_RC_" + match.name)
      #expect(ResponseCode(rawValue: value).isWarning == (base == 0x900))
      count += 1
    }
    #expect(count > 90)
  }

  private static let decoder = (try? Command(["tpm2_rc_decode", "0x99d"]).status) == 0

  @Test(
    "tpm2_rc_decode, which knows seven parameters, means the same part of the command",
    .enabled(if: decoder, "tpm2-tools is not installed"),
    arguments: [0x9A2, 0x2C4, 0x7D5, 0xF8E, 0x1CB, 0x284, 0xA9D] as [UInt32])
  func subjects(_ value: UInt32) throws {
    let theirs = try Command(["tpm2_rc_decode", "0x" + String(value, radix: 16)]).output
    let ours =
      switch ResponseCode(rawValue: value).subject {
      case .parameter(let number): "parameter(\(number))"
      case .handle(let number): "handle(\(number))"
      case .session(let number): "session(\(number))"
      case nil: "none"
      }
    #expect(theirs.contains(ours), "\(theirs)")
  }

  @Test("any 32 bits have words, and an unknown one says so")
  func unknown() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<10_000 {
      let code = ResponseCode(rawValue: .random(in: .min ... .max, using: &generator))
      #expect(code.description.hasSuffix("(0x\(String(code.rawValue, radix: 16)))"))
    }
    #expect(ResponseCode(rawValue: 0x17F).description == "TPM: an unknown code (0x17f)")
    #expect(ResponseCode(rawValue: 0x1FF_0001).description.hasPrefix("layer 255: "))
  }
}
