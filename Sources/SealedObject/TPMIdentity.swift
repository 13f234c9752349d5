import BaseEncodings
public import Diagnostics
public import TPMStructures

/// What a node tells of its TPM, so that secrets can be sealed for it elsewhere and its PCRs predicted: `ll-tpm identity`.
///
/// Nothing in it is secret and nothing is signed: whoever seals for it must know that the file came from that node.
public struct TPMIdentity: Sendable, Hashable {
  /// The endorsement key and its certificate.
  public struct EndorsementKey: Sendable, Hashable {
    /// The public area.
    public var publicArea: PublicArea
    /// The manufacturer's certificate (X.509 DER); `nil` where the TPM has none.
    public var certificate: [UInt8]?

    /// An endorsement key.
    public init(publicArea: PublicArea, certificate: [UInt8]? = nil) {
      self.publicArea = publicArea
      self.certificate = certificate
    }
  }

  /// Four letters (TPM_PT_MANUFACTURER), blanks removed.
  public var manufacturer: String
  /// The firmware's version as the TPM tells it.
  public var firmware: String
  /// The storage root key to seal under.
  public var srk: StorageRootKey
  /// The endorsement key.
  public var ek: EndorsementKey
  /// The epoch's counter.
  public var epoch: EpochCounter
  /// What the PCRs of every active bank read.
  public var pcrs: [PCRValues]
  /// The firmware's event log (binary_bios_measurements); `nil` where the machine has none.
  public var eventLog: [UInt8]?

  /// An identity. ``SealedObjectError/onlySHA1`` where no bank but SHA-1 is active.
  public init(
    manufacturer: String, firmware: String, srk: StorageRootKey, ek: EndorsementKey, epoch: EpochCounter,
    pcrs: [PCRValues], eventLog: [UInt8]? = nil
  ) throws(SealedObjectError) {
    for (what, text) in [("the manufacturer", manufacturer), ("the firmware", firmware)] {
      guard PolicyContext.isName(text) else { throw .value(what, "is not 1 to 253 printable ASCII characters") }
    }
    let banks = pcrs.map(\.bank.rawValue)
    guard banks == Set(banks).sorted() else { throw .value("the banks", "are not ascending, each once") }
    guard banks.contains(where: { $0 != HashAlgorithm.sha1.rawValue }) else { throw .onlySHA1 }
    self.manufacturer = manufacturer
    self.firmware = firmware
    self.srk = srk
    self.ek = ek
    self.epoch = epoch
    self.pcrs = pcrs
    self.eventLog = eventLog
  }

  /// The values of that bank; an error where it is not active.
  public func pcrs(of bank: HashAlgorithm) throws(SealedObjectError) -> PCRValues {
    guard let values = pcrs.first(where: { $0.bank == bank }) else { throw .bank("\(bank)") }
    return values
  }
}

extension TPMIdentity {
  private static let version = 1
  private static let names = [
    "version", "manufacturer", "firmware", "srk", "ek", "epoch", "banks", "pcrs", "eventLog",
  ]

  /// Reads an identity file. The identity is `nil` where the report has errors.
  public static func read(_ text: [UInt8]) -> (identity: TPMIdentity?, report: Report) {
    var reader = JSONFileReader(text)
    let root = reader.root()
    let identity = root.flatMap { TPMIdentity($0, &reader) }
    return (reader.report.hasErrors ? nil : identity, reader.report)
  }

  /// The file's bytes. Reading and printing again gives the same.
  public var text: [UInt8] {
    let ekMembers = [
      JSONText.Member("public", .string(Base64.string(ek.publicArea.sizedWire))),
      JSONText.Member("certificate", ek.certificate.map { .string(Base64.string($0)) } ?? .null),
    ]
    return JSONText.object([
      JSONText.Member("version", .integer(Self.version)),
      JSONText.Member("manufacturer", .string(manufacturer)),
      JSONText.Member("firmware", .string(firmware)),
      JSONText.Member("srk", srk.json),
      JSONText.Member("ek", .object(ekMembers)),
      JSONText.Member("epoch", epoch.json),
      JSONText.Member("banks", .array(pcrs.map { .string("\($0.bank)") })),
      JSONText.Member("pcrs", .object(pcrs.map { JSONText.Member("\($0.bank)", $0.json) })),
      JSONText.Member("eventLog", eventLog.map { .string(Base64.string($0)) } ?? .null),
    ]).pretty
  }

  private init?(_ root: JSONFileReader.Place, _ reader: inout JSONFileReader) {
    let members = reader.members(root, Self.names)
    if let version = reader.integer(members["version"]), version != Self.version, let place = members["version"] {
      reader.error("version \(version) is not known, \(Self.version) is", at: place)
    }
    let manufacturer = reader.string(members["manufacturer"])
    let firmware = reader.string(members["firmware"])
    let srk = members["srk"].flatMap { StorageRootKey($0, &reader) }
    let ekMembers = reader.members(members["ek"], ["public", "certificate"])
    let ek = reader.structure(ekMembers["public"], as: PublicArea.self)
    let certificate = reader.optional(ekMembers["certificate"]) { $0.base64($1) }
    let epoch = members["epoch"].flatMap { EpochCounter($0, &reader) }
    let pcrs = Self.pcrs(members, &reader)
    let eventLog = reader.optional(members["eventLog"]) { $0.base64($1) }
    guard let manufacturer, let firmware, let srk, let ek, let epoch, let pcrs else { return nil }
    let identity = reader.attempt(at: root) { () throws(SealedObjectError) in
      try TPMIdentity(
        manufacturer: manufacturer, firmware: firmware, srk: srk,
        ek: EndorsementKey(publicArea: ek, certificate: certificate), epoch: epoch, pcrs: pcrs, eventLog: eventLog)
    }
    guard let identity else { return nil }
    self = identity
  }

  private static func pcrs(
    _ members: [String: JSONFileReader.Place], _ reader: inout JSONFileReader
  ) -> [PCRValues]? {
    let banks = reader.elements(members["banks"])?.compactMap { reader.string($0) }
    guard let banks, let entries = reader.entries(members["pcrs"]), let place = members["pcrs"] else { return nil }
    guard entries.map(\.name) == banks else {
      reader.error("the PCRs of exactly the banks are expected: \(banks.joined(separator: ", "))", at: place)
      return nil
    }
    return entries.compactMap { name, place in
      guard let bank = HashAlgorithm(name: name) else {
        reader.error("the bank \(name.debugDescription) is not known", at: place)
        return nil
      }
      return PCRValues(place, bank: bank, &reader)
    }
  }
}
