/// A response code's name, its meaning, and what to do about it. Sources: TPM 2.0 part 2, tables 17 to 19; TCG TSS 2.0
/// overview, table 4.
struct ResponseCodeWords: Sendable {
  let name: String
  let words: String
  let hint: String?

  private init(_ name: String, _ words: String, _ hint: String? = nil) {
    self.name = name
    self.words = words
    self.hint = hint
  }

  /// By a TPM's codes, without the number of a part.
  static let tpm: [UInt32: ResponseCodeWords] =
    errors.merging(formatOne) { first, _ in first }.merging(warnings) { first, _ in first }
    .mapValues { ResponseCodeWords("TPM_RC_" + $0.name, $0.words, $0.hint) }

  /// By the codes of tpm2-tss, the same in every layer.
  static let software: [UInt32: ResponseCodeWords] = base.mapValues {
    ResponseCodeWords("TSS2_BASE_RC_" + $0.name, $0.words, $0.hint)
  }

  private static let full = "flush what is left loaded (tpm2_flushcontext -t) or use /dev/tpmrm0, which swaps"
  private static let elsewhere = "the blob was made for another TPM, or the TPM was cleared since"

  private static let errors: [UInt32: ResponseCodeWords] = [
    0x000: .init("SUCCESS", "success"),
    0x01E: .init("BAD_TAG", "the command's tag is unknown", "a TPM 1.2 answers so: a TPM 2.0 is needed"),
    0x100: .init(
      "INITIALIZE", "the TPM is not started, or is already", "send TPM2_Startup; firmware does so on hardware"),
    0x101: .init("FAILURE", "the TPM is in failure mode and takes no commands", "power the machine off and on"),
    0x103: .init("SEQUENCE", "improper use of a sequence handle"),
    0x10B: .init("PRIVATE", "a private-area error that is not in use"),
    0x119: .init("HMAC", "an HMAC error that is not in use"),
    0x120: .init("DISABLED", "the command is disabled"),
    0x121: .init("EXCLUSIVE", "an audit sequence required exclusivity"),
    0x124: .init("AUTH_TYPE", "the authorization handle is not correct for the command"),
    0x125: .init("AUTH_MISSING", "a handle needs an authorization session and none was given"),
    0x126: .init("POLICY", "a policy comparison failed, or the policy is invalid"),
    0x127: .init("PCR", "a PCR check failed"),
    0x128: .init(
      "PCR_CHANGED", "a PCR changed since the policy session read it", "try again: something was measured meanwhile"),
    0x12D: .init("UPGRADE", "the TPM is in field-upgrade mode", "finish the firmware update"),
    0x12E: .init("TOO_MANY_CONTEXTS", "the context counter is at its maximum", "restart the machine"),
    0x12F: .init("AUTH_UNAVAILABLE", "the object has no authorization value or policy that may be used so"),
    0x130: .init("REBOOT", "the TPM must be reset before it goes on", "restart the machine"),
    0x131: .init("UNBALANCED", "hash and cipher are not of comparable strength"),
    0x142: .init("COMMAND_SIZE", "the command's size is inconsistent with its contents"),
    0x143: .init("COMMAND_CODE", "the TPM does not implement the command"),
    0x144: .init("AUTHSIZE", "the authorization area's size is wrong"),
    0x145: .init("AUTH_CONTEXT", "the command takes no authorization session"),
    0x146: .init("NV_RANGE", "offset and size reach beyond the NV index"),
    0x147: .init("NV_SIZE", "the NV index would be larger than allowed"),
    0x148: .init("NV_LOCKED", "the NV index is locked", "it is unlocked by the next restart, if at all"),
    0x149: .init("NV_AUTHORIZATION", "the NV index may not be used with this authorization"),
    0x14A: .init("NV_UNINITIALIZED", "the NV index was never written", "write or increment it first"),
    0x14B: .init(
      "NV_SPACE", "the TPM's NV memory is full", "undefine NV indices or evict persistent objects that nobody uses"),
    0x14C: .init(
      "NV_DEFINED", "the NV index or persistent handle is already in use", "undefine it, or use another handle"),
    0x150: .init("BAD_CONTEXT", "the saved context is not valid"),
    0x151: .init("CPHASH", "the policy already names other parameters"),
    0x152: .init("PARENT", "the parent handle is no valid parent"),
    0x153: .init("NEEDS_TEST", "a function needs a self-test", "run TPM2_SelfTest"),
    0x154: .init("NO_RESULT", "the TPM cannot process the request"),
    0x155: .init("SENSITIVE", "the sensitive area is damaged or was made for another key", elsewhere),
  ]

  private static let formatOne: [UInt32: ResponseCodeWords] = [
    0x081: .init("ASYMMETRIC", "the asymmetric algorithm is not supported or not correct"),
    0x082: .init("ATTRIBUTES", "the attributes are inconsistent"),
    0x083: .init("HASH", "the hash algorithm is not supported or not appropriate", "the TPM may lack this PCR bank"),
    0x084: .init("VALUE", "a value is out of range or not correct for the context"),
    0x085: .init(
      "HIERARCHY", "the hierarchy is disabled or not correct for the use",
      "enable the TPM's owner hierarchy in the firmware setup"),
    0x087: .init("KEY_SIZE", "the key size is not supported"),
    0x088: .init("MGF", "the mask generation function is not supported"),
    0x089: .init("MODE", "the mode of operation is not supported"),
    0x08A: .init("TYPE", "the type of the value is not appropriate for the use"),
    0x08B: .init(
      "HANDLE", "the handle does not exist or is not correct for the use",
      "the storage root key or NV index may be missing"),
    0x08C: .init("KDF", "the key derivation function is not supported or not appropriate"),
    0x08D: .init("RANGE", "a value is out of the allowed range"),
    0x08E: .init(
      "AUTH_FAIL", "the authorization value is wrong, and the attempt counts towards lockout",
      "stop trying values: the TPM locks out"),
    0x08F: .init("NONCE", "a nonce has the wrong size or value"),
    0x090: .init("PP", "physical presence is required"),
    0x092: .init("SCHEME", "the scheme is not supported or incompatible"),
    0x095: .init("SIZE", "a structure has the wrong size", "a TPM seals at most 128 bytes"),
    0x096: .init(
      "SYMMETRIC", "the symmetric algorithm or its key size is not supported", "some TPMs know AES-128 only"),
    0x097: .init("TAG", "a structure's tag is incorrect"),
    0x098: .init("SELECTOR", "a union's selector is incorrect"),
    0x09A: .init("INSUFFICIENT", "the bytes end before the value does"),
    0x09B: .init("SIGNATURE", "the signature is not valid", "the policy was approved with another key, or was altered"),
    0x09C: .init("KEY", "the key is not compatible with the use"),
    0x09D: .init(
      "POLICY_FAIL", "a policy check failed",
      "PCRs, epoch or approval differ from what was sealed: ll-tpm doctor says which"),
    0x09F: .init("INTEGRITY", "the integrity check failed", elsewhere),
    0x0A0: .init("TICKET", "the ticket is not valid"),
    0x0A1: .init("RESERVED_BITS", "reserved bits are not zero"),
    0x0A2: .init("BAD_AUTH", "the authorization value is wrong; the attempt does not count towards lockout"),
    0x0A3: .init("EXPIRED", "the policy has expired"),
    0x0A4: .init("POLICY_CC", "the policy is for another command"),
    0x0A5: .init("BINDING", "public and sensitive area do not belong together"),
    0x0A6: .init("CURVE", "the curve is not supported"),
    0x0A7: .init("ECC_POINT", "the point is not on the curve"),
  ]

  private static let warnings: [UInt32: ResponseCodeWords] = {
    var warnings: [UInt32: ResponseCodeWords] = [
      0x901: .init("CONTEXT_GAP", "a saved session is too old to be told from newer ones", "flush saved sessions"),
      0x902: .init("OBJECT_MEMORY", "no memory for another object", full),
      0x903: .init("SESSION_MEMORY", "no memory for another session", full),
      0x904: .init("MEMORY", "no memory", full),
      0x905: .init("SESSION_HANDLES", "no session handle is free", full),
      0x906: .init("OBJECT_HANDLES", "no object handle is free", "restart the machine"),
      0x907: .init("LOCALITY", "the locality is not allowed"),
      0x908: .init("YIELDED", "the TPM suspended the command", "try again"),
      0x909: .init("CANCELED", "the command was cancelled", "try again"),
      0x90A: .init("TESTING", "the TPM is testing itself", "try again in a moment"),
      0x920: .init("NV_RATE", "the TPM limits the rate of NV writes", "try again in a moment"),
      0x921: .init(
        "LOCKOUT", "the TPM is locked out after too many wrong authorizations",
        "wait for its recovery time, or tpm2_dictionarylockout --clear-lockout"),
      0x922: .init("RETRY", "the TPM could not start the command", "try again"),
      0x923: .init("NV_UNAVAILABLE", "NV memory cannot be written now", "try again in a moment"),
      0x97F: .init("NOT_USED", "a reserved code"),
    ]
    for number in 0..<7 as Range<UInt32> {
      warnings[0x910 + number] = .init(
        "REFERENCE_H\(number)", "handle \(number + 1) names an object or session that is not loaded")
      warnings[0x918 + number] = .init("REFERENCE_S\(number)", "session \(number + 1) is not loaded")
    }
    return warnings
  }()

  private static let base: [UInt32: ResponseCodeWords] = [
    1: .init("GENERAL_FAILURE", "a failure that is not further specified"),
    2: .init("NOT_IMPLEMENTED", "the function is not implemented"),
    3: .init("BAD_CONTEXT", "the context is bad"),
    4: .init(
      "ABI_MISMATCH", "the versions of the libraries do not fit together",
      "install tpm2-tss's libraries from one release"),
    5: .init("BAD_REFERENCE", "a pointer or handle is missing"),
    6: .init("INSUFFICIENT_BUFFER", "a buffer is too small"),
    7: .init(
      "BAD_SEQUENCE", "functions were called in the wrong order",
      "a failed transport leaves the context so: open it anew"),
    8: .init("NO_CONNECTION", "no connection to the TPM", "is the device there, and may this process open it?"),
    9: .init("TRY_AGAIN", "the operation is not complete yet", "try again"),
    10: .init(
      "IO_ERROR", "input or output failed", "the TPM or its simulator went away, or this process may not open it"),
    11: .init("BAD_VALUE", "a parameter has a bad value"),
    12: .init("NOT_PERMITTED", "the operation is not permitted"),
    13: .init("INVALID_SESSIONS", "sessions that the command does not use were given"),
    14: .init("NO_DECRYPT_PARAM", "the command has no parameter that can be encrypted"),
    15: .init("NO_ENCRYPT_PARAM", "the response has no parameter that can be encrypted"),
    16: .init("BAD_SIZE", "a size is incorrect"),
    17: .init(
      "MALFORMED_RESPONSE", "the response is malformed", "something between this process and the TPM alters what passes"
    ),
    18: .init("INSUFFICIENT_CONTEXT", "the context is too small"),
    19: .init("INSUFFICIENT_RESPONSE", "the response is too short"),
    20: .init("INCOMPATIBLE_TCTI", "the transport's version is unknown"),
    21: .init("NOT_SUPPORTED", "the function is not supported"),
    22: .init("BAD_TCTI_STRUCTURE", "the transport's context is bad"),
    23: .init("MEMORY", "memory is short"),
    24: .init("BAD_TR", "the object's handle is not valid"),
    25: .init("MULTIPLE_DECRYPT_SESSIONS", "more than one session decrypts"),
    26: .init("MULTIPLE_ENCRYPT_SESSIONS", "more than one session encrypts"),
    27: .init(
      "RSP_AUTH_FAILED", "the response was not made by this TPM for this session",
      "another TPM answers, or something on the bus alters what passes"),
    28: .init("NO_CONFIG", "there is no configuration"),
    29: .init("BAD_PATH", "the path is bad"),
    30: .init("NOT_DELETABLE", "the object cannot be deleted"),
    31: .init("PATH_ALREADY_EXISTS", "the path exists already"),
    32: .init("KEY_NOT_FOUND", "the key was not found"),
    33: .init("SIGNATURE_VERIFICATION_FAILED", "the signature is not valid"),
    34: .init("HASH_MISMATCH", "the hashes differ"),
    35: .init("KEY_NOT_DUPLICABLE", "the key cannot be duplicated"),
    36: .init("PATH_NOT_FOUND", "the path was not found"),
    37: .init("NO_CERT", "there is no certificate"),
    38: .init("NO_PCR", "there is no such PCR"),
    39: .init("PCR_NOT_RESETTABLE", "the PCR cannot be reset"),
    40: .init("BAD_TEMPLATE", "the template is bad"),
    41: .init("AUTHORIZATION_FAILED", "the authorization failed"),
    42: .init("AUTHORIZATION_UNKNOWN", "the authorization is unknown"),
    43: .init("NV_NOT_READABLE", "the NV index cannot be read"),
    44: .init("NV_TOO_SMALL", "the NV index is too small"),
    45: .init("NV_NOT_WRITEABLE", "the NV index cannot be written"),
    46: .init("POLICY_UNKNOWN", "the policy is unknown"),
    47: .init("NV_WRONG_TYPE", "the NV index is of another type"),
    48: .init("NAME_ALREADY_EXISTS", "the name exists already"),
    49: .init("NO_TPM", "there is no TPM"),
    50: .init("BAD_KEY", "the key is bad"),
    51: .init("NO_HANDLE", "no handle is free"),
    52: .init("NOT_PROVISIONED", "the TPM is not provisioned"),
    53: .init("ALREADY_PROVISIONED", "the TPM is provisioned already"),
  ]
}
