public import TPMStructures

/// The digest of a PE image that its signature covers and that firmware measures into PCR 4: everything but the checksum, the
/// certificate table and its entry. Source: Microsoft, *Windows Authenticode Portable Executable Signature Format*, "Calculating
/// the PE Image Hash"; UEFI Specification 2.10, 32.2.
public enum Authenticode {
  /// The digest of `image`, a whole file. What firmware would read in more than one way is refused.
  public static func digest(of image: [UInt8], _ hash: HashAlgorithm) throws(AuthenticodeError) -> [UInt8] {
    let layout = try Layout(image)
    var hashed: [UInt8] = []
    hashed.reserveCapacity(image.count)
    for range in layout.ranges { hashed += image[range] }
    return hash.hash(hashed)
  }

  /// The parts of the file that are hashed, in order.
  private struct Layout {
    var ranges: [Range<Int>] = []
    private let image: [UInt8]

    init(_ image: [UInt8]) throws(AuthenticodeError) {
      self.image = image
      guard image.starts(with: [0x4D, 0x5A]), let pe = integer(0x3C, 4) else {
        throw AuthenticodeError(offset: 0, .notPE)
      }
      let optional = pe + 24
      guard integer(pe, 4) == 0x4550, let count = integer(pe + 6, 2), let optionalSize = integer(pe + 20, 2),
        let magic = integer(optional, 2), magic == 0x10B || magic == 0x20B
      else { throw AuthenticodeError(offset: pe, .notPE) }
      let directories = optional + (magic == 0x10B ? 96 : 112)
      let checksum = optional + 64
      guard let headers = integer(optional + 60, 4), let directoryCount = integer(directories - 4, 4),
        optional + optionalSize <= headers, headers <= image.count, directories <= optional + optionalSize
      else { throw AuthenticodeError(offset: optional, .outside("the header")) }
      ranges = [0..<checksum]
      var certificates = image.count
      let entry = directories + 4 * 8
      if directoryCount > 4 {
        guard entry + 8 <= optional + optionalSize, let place = integer(entry, 4), let size = integer(entry + 4, 4)
        else {
          throw AuthenticodeError(offset: entry, .outside("the certificate table's entry"))
        }
        ranges += [(checksum + 4)..<entry, (entry + 8)..<headers]
        if size > 0 {
          guard place >= headers, place + size == image.count else {
            throw AuthenticodeError(offset: entry, .certificateTable)
          }
          certificates = place
        }
      } else {
        ranges.append((checksum + 4)..<headers)
      }
      try addSections(at: optional + optionalSize, count, from: headers, to: certificates)
    }

    private mutating func addSections(
      at table: Int, _ count: Int, from headers: Int, to end: Int
    ) throws(AuthenticodeError) {
      var sections: [Range<Int>] = []
      for index in 0..<count {
        let offset = table + index * 40
        guard offset + 40 <= headers, let size = integer(offset + 16, 4), let start = integer(offset + 20, 4) else {
          throw AuthenticodeError(offset: offset, .outside("the section table"))
        }
        if size == 0 { continue }
        guard start + size <= end else { throw AuthenticodeError(offset: offset, .outside("section \(index)")) }
        sections.append(start..<(start + size))
      }
      sections.sort { $0.lowerBound < $1.lowerBound }
      var hashed = headers
      for section in sections {
        guard section.lowerBound >= hashed else { throw AuthenticodeError(offset: section.lowerBound, .overlap) }
        ranges.append(section)
        hashed = section.upperBound
      }
      // What follows the sections is hashed from the sum of all sizes, not from the last section's end.
      let sum = headers + sections.reduce(0) { $0 + $1.count }
      if sum < end { ranges.append(sum..<end) }
    }

    private func integer(_ offset: Int, _ size: Int) -> Int? {
      guard offset >= 0, offset + size <= image.count else { return nil }
      return (0..<size).reversed().reduce(0) { $0 << 8 | Int(image[offset + $1]) }
    }
  }
}
