import SecretMemory

/// Reed-Solomon correction codewords over ``GaloisField/errorCorrection``. Source: ISO/IEC 18004, 7.5.2 and 7.6.
enum QRCodeCorrection {
  /// All codewords of the code in the order in which they are placed: the data codewords of all blocks interleaved,
  /// then the correction codewords.
  static func interleaved(_ data: SecretBytes, _ version: QRCodeVersion) throws(RecoveryError) -> SecretBytes {
    let generator = generator(degree: version.blockCorrection)
    let shortest = version.dataCodewords / version.blocks
    let longer = version.dataCodewords % version.blocks
    return try SecretBytes.filled(count: version.codewords) { buffer in
      let correction = UnsafeMutableRawBufferPointer(rebasing: buffer[version.dataCodewords...])
      data.withUnsafeBytes { data in
        var start = 0
        for block in 0..<version.blocks {
          let longerBefore = max(0, block - (version.blocks - longer))
          let length = shortest + (block >= version.blocks - longer ? 1 : 0)
          for index in 0..<length {
            // The codeword that only the longer blocks have comes after one of every block.
            let column = index < shortest ? block : longerBefore
            buffer[index * version.blocks + column] = data[start + index]
          }
          // Division of the block's polynomial by the generator; the remainder grows in place, one column of the rows.
          for index in 0..<length {
            let factor = data[start + index] ^ correction[block]
            for row in generator.indices {
              let next = row + 1 < generator.count ? correction[(row + 1) * version.blocks + block] : 0
              correction[row * version.blocks + block] =
                next ^ GaloisField.errorCorrection.product(generator[row], factor)
            }
          }
          start += length
        }
      }
    }
  }

  /// (x - 2⁰)(x - 2¹)…, the highest coefficient, which is 1, left out, the next first.
  static func generator(degree: Int) -> [UInt8] {
    let field = GaloisField.errorCorrection
    var coefficients: [UInt8] = [1]
    var root: UInt8 = 1
    for _ in 0..<degree {
      var product = coefficients + [0]
      for (index, coefficient) in coefficients.enumerated() { product[index + 1] ^= field.product(coefficient, root) }
      coefficients = product
      root = field.product(root, 2)
    }
    return Array(coefficients.dropFirst())
  }
}
