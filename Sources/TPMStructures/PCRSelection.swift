/// Which PCRs of which banks (TPML_PCR_SELECTION). Source: TPM 2.0 part 2, 10.9.7.
public struct PCRSelection: Sendable, Hashable {
  /// The banks in the order that they are read and hashed in.
  public var banks: [Bank]

  /// The PCRs of one bank (TPMS_PCR_SELECTION). Source: part 2, 10.6.2.
  public struct Bank: Sendable, Hashable {
    /// The bank's hash.
    public var algorithm: Algorithm
    /// Bit n of byte m stands for PCR 8 m + n. A PC's TPM wants three bytes.
    public var select: [UInt8]

    /// The bank with those bits.
    public init(_ algorithm: Algorithm, select: [UInt8]) {
      self.algorithm = algorithm
      self.select = select
    }

    /// The PCRs of a PC, 0 to 23; others are an error, since no PC's TPM has them.
    public init(_ hash: HashAlgorithm, _ pcrs: some Sequence<Int>) throws(TPMStructureError) {
      var select: [UInt8] = [0, 0, 0]
      for pcr in pcrs {
        guard (0..<24).contains(pcr) else { throw TPMStructureError.pcr(pcr) }
        select[pcr / 8] |= 1 << UInt8(pcr % 8)
      }
      self.init(hash.algorithm, select: select)
    }

    /// The PCRs, ascending.
    public var pcrs: [Int] { (0..<(select.count * 8)).filter { select[$0 / 8] >> UInt8($0 % 8) & 1 == 1 } }
  }

  /// A selection of several banks.
  public init(_ banks: [Bank]) { self.banks = banks }

  /// PCRs 0 to 23 of one bank.
  public init(_ hash: HashAlgorithm, _ pcrs: some Sequence<Int>) throws(TPMStructureError) {
    banks = [try Bank(hash, pcrs)]
  }
}

extension PCRSelection: CustomStringConvertible {
  /// As tpm2-tools take it: `sha256:7,13+sha384:7`.
  public var description: String {
    banks.map { "\($0.algorithm):" + $0.pcrs.map(String.init).joined(separator: ",") }.joined(separator: "+")
  }
}

extension PCRSelection: WireStructure {
  /// Reads a TPML_PCR_SELECTION.
  public init(from reader: inout WireReader) throws(WireError) {
    let start = reader.offset
    let count = Int(try reader.uint32())
    guard count <= 16 else { throw WireError(offset: start, .size(count, limit: 16)) }
    banks = []
    for _ in 0..<count {
      let algorithm = try reader.algorithm()
      let place = reader.offset
      let size = Int(try reader.uint8())
      guard size <= 4 else { throw WireError(offset: place, .size(size, limit: 4)) }
      banks.append(Bank(algorithm, select: try reader.bytes(size)))
    }
  }

  /// Writes a TPML_PCR_SELECTION.
  public func write(to writer: inout WireWriter) {
    writer.integer(UInt32(banks.count))
    for bank in banks {
      writer.algorithm(bank.algorithm)
      writer.integer(UInt8(bank.select.count))
      writer.raw(bank.select)
    }
  }
}
