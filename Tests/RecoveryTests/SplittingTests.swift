import SecretMemory
import Testing

@testable import Recovery

@Suite("Splitting and combining")
struct SplittingTests {
  @Test("any threshold of the shares recovers the secret, and one share less opens nothing", arguments: 2...16)
  func everyThreshold(count: Int) throws {
    let secret = try Samples.secret(Samples.key())
    for threshold in 2...count {
      let shares = try RecoveryShare.split(secret, shares: count, threshold: threshold)
      #expect(shares.map(\.index) == Array(1...count))
      #expect(shares.allSatisfy { $0.threshold == threshold && $0.identifier == shares[0].identifier })
      #expect(try RecoveryShare.combine(Array(shares.shuffled().prefix(threshold))) == secret)
      #expect(try RecoveryShare.interpolationFails(Array(shares.shuffled().prefix(threshold - 1))))
    }
  }

  @Test("every subset of three of five recovers, with four and five shares too; no pair does")
  func everySubset() throws {
    let secret = try Samples.secret(Samples.key(64))
    let shares = try RecoveryShare.split(secret, shares: 5, threshold: 3)
    for size in 3...5 {
      for subset in Subsets(count: size, of: 5) {
        #expect(try RecoveryShare.combine(subset.map { shares[$0] }) == secret)
      }
    }
    #expect(try RecoveryShare.interpolationFails(shares))
  }

  @Test("secrets of every even length from 16 bytes on", arguments: [16, 18, 20, 22, 24, 26, 32, 48, 64, 128, 256])
  func lengths(count: Int) throws {
    let secret = try Samples.secret(Samples.key(count))
    let words = try RecoveryShare.split(secret, shares: 3, threshold: 2).map { try $0.words() }
    #expect(Samples.text(words[0]).split(separator: " ").count == 7 + (count * 8 + 9) / 10)
    let read = try words[1...].map { try RecoveryShare(words: $0) }
    #expect(try RecoveryShare.combine(Array(read)) == secret)
  }

  @Test("a 32-byte secret has 33 words in each share, and no two splits have the same")
  func shape() throws {
    let secret = try Samples.secret(Samples.key())
    let first = try RecoveryShare.split(secret, shares: 2, threshold: 2)
    let second = try RecoveryShare.split(secret, shares: 2, threshold: 2)
    #expect(Samples.text(try first[0].words()).split(separator: " ").count == 33)
    #expect(first[0].value != second[0].value)
    #expect(first.allSatisfy { $0.isExtendable && $0.iterationExponent == 1 && $0.groupCount == 1 })
  }

  @Test(
    "impossible numbers of shares are refused",
    arguments: [(0, 0), (1, 1), (2, 1), (2, 3), (3, 0), (3, -1), (16, 17), (17, 2), (Int.max, 2), (5, Int.min)])
  func impossible(shares: Int, threshold: Int) throws {
    let secret = try Samples.secret(Samples.key())
    let refusal = Samples.error { _ = try RecoveryShare.split(secret, shares: shares, threshold: threshold) }
    #expect(refusal == .split(shares: shares, threshold: threshold))
  }

  @Test("secrets that SLIP-39 cannot hold are refused", arguments: [0, 1, 14, 15, 17, 33])
  func secretLength(count: Int) throws {
    let secret = try Samples.secret(Samples.key(count))
    #expect(
      Samples.error { _ = try RecoveryShare.split(secret, shares: 3, threshold: 2) } == .secretLength(count))
  }

  @Test("shares that do not make a set are refused in words")
  func noSet() throws {
    let secret = try Samples.secret(Samples.key())
    let set = try RecoveryShare.split(secret, shares: 5, threshold: 3)
    var other = try RecoveryShare.split(secret, shares: 5, threshold: 3)
    while other[0].identifier == set[0].identifier {
      other = try RecoveryShare.split(secret, shares: 5, threshold: 3)
    }
    let cases: [([RecoveryShare], RecoveryError, String)] = [
      ([], .noShares, "no share"),
      ([set[0], set[1]], .tooFew(given: 2, needed: 3, group: nil), "1 more needed"),
      ([set[0], set[4], set[0]], .duplicate(index: 1, group: nil), "share 1 was given twice"),
      ([set[0], try Samples.forged(set[0]), set[1]], .duplicate(index: 1, group: nil), "share 1 was given twice"),
      (
        [set[0], set[1], other[2]], .otherSet(place: 3, field: "identifier (its first two words)"),
        "given as number 3 is of another set"
      ),
      ([set[0], try Samples.forged(set[1]), set[2]], .digest, "at least one is wrong"),
    ]
    for (shares, error, words) in cases {
      #expect(Samples.error { _ = try RecoveryShare.combine(shares) } == error)
      #expect(error.description.contains(words))
    }
  }

  @Test("one wrong share among more than the threshold is named, wherever it stands", arguments: 0..<5)
  func wrongShare(position: Int) throws {
    var set = try RecoveryShare.split(try Samples.secret(Samples.key()), shares: 5, threshold: 3)
    set[position] = try Samples.forged(set[position])
    let expected = RecoveryError.wrongShares([position + 1], group: nil)
    #expect(Samples.error { _ = try RecoveryShare.combine(set) } == expected)
    #expect(expected.description.contains("share \(position + 1) contradicts the others"))
  }

  @Test("two wrong shares of five are named too; three leave nothing that fits")
  func wrongShares() throws {
    var set = try RecoveryShare.split(try Samples.secret(Samples.key()), shares: 5, threshold: 3)
    set[0] = try Samples.forged(set[0])
    set[3] = try Samples.forged(set[3])
    #expect(Samples.error { _ = try RecoveryShare.combine(set) } == .wrongShares([1, 4], group: nil))
    set[4] = try Samples.forged(set[4])
    #expect(Samples.error { _ = try RecoveryShare.combine(set) } == .digest)
  }

  @Test("in a set of groups a wrong share is named with its group, and groups more than needed are checked")
  func groups() throws {
    // The published vectors 15, 16, 18 and 19 are of one set: two of four groups, the fourth two of five shares.
    let fourth = try (OfficialVector.all[14].shares + [OfficialVector.all[15].shares[0]]).map(Samples.share)
    let single = try OfficialVector.all[18].shares.map(Samples.share)
    let passphrase = try Samples.secret("TREZOR")
    let expected = try RecoveryShare.combine(single, passphrase: passphrase)
    #expect(try RecoveryShare.combine(single + fourth, passphrase: passphrase) == expected)
    let forged = [single[0], fourth[0], try Samples.forged(fourth[1]), fourth[2]]
    #expect(
      Samples.error { _ = try RecoveryShare.combine(forged) }
        == .wrongShares([fourth[1].index], group: fourth[1].groupIndex + 1))
    let forgedGroup = [try Samples.forged(single[0]), single[1]]
    #expect(Samples.error { _ = try RecoveryShare.combine(forgedGroup) } == .digest)
  }

  @Test("the proof of the drill tells when fewer shares would open: threshold of them is not too few")
  func interpolation() throws {
    let set = try RecoveryShare.split(try Samples.secret(Samples.key()), shares: 3, threshold: 2)
    #expect(try SharedSecret.opened(set.prefix(2).map(\.point)) != nil)
    #expect(try SharedSecret.opened(set.prefix(1).map(\.point)) == nil)
    #expect(Samples.error { _ = try RecoveryShare.interpolationFails([]) } == .noShares)
    // A share that is the secret itself: its set has a threshold of one.
    let single = try Samples.share(OfficialVector.all[0].shares[0])
    #expect(try !RecoveryShare.interpolationFails([single]))
    let grouped = try Samples.share(OfficialVector.all[13].shares[0])
    #expect(Samples.error { _ = try RecoveryShare.interpolationFails([grouped]) } == .groups(4))
  }

  @Test("nothing that describes a share or an error shows a byte of it")
  func description() throws {
    let share = try RecoveryShare.split(try Samples.secret(Samples.key()), shares: 2, threshold: 2)[0]
    let code = try QRCode(alphanumeric: share.words())
    #expect("\(share)".contains("32 secret bytes"))
    var dumped = ""
    dump(share, to: &dumped)
    dump(code, to: &dumped)
    #expect(dumped.contains("32 secret bytes"))
    #expect(!dumped.contains("\(Samples.bytes(share.value)[0]), \(Samples.bytes(share.value)[1])"))
  }

  @Test("products and inverses of the field")
  func field() {
    // FIPS 197, 4.2.
    #expect(GaloisField.sharing.product(0x57, 0x83) == 0xC1)
    #expect(GaloisField.sharing.product(0x57, 0x13) == 0xFE)
    for field in [GaloisField.sharing, .errorCorrection] {
      #expect((1...255).allSatisfy { field.product($0, field.inverse($0)) == 1 })
      #expect(field.inverse(0) == 0)
    }
  }
}
