import Attestation
import SecretMemory
import TPMStructures
import TestSupport
import Testing

@Suite("Books and clocks")
struct BookTests {
  private let first = Name(handle: 1)
  private let second = Name(handle: 2)

  @Test("a TPM belongs to one node and a node to one TPM, until an operator releases it")
  func oneToOne() throws {
    var book = EndorsementBook()
    try book.bind(first, to: "a")
    try book.bind(first, to: "a")
    #expect(throws: AttestationRefusal.endorsementKeyBound("a")) { try book.bind(first, to: "b") }
    #expect(throws: AttestationRefusal.endorsementKeyChanged) { try book.bind(second, to: "a") }
    try book.bind(second, to: "b")
    #expect(book.keys == ["a": first, "b": second])
    // After a restart the same holds.
    let restored = EndorsementBook(book.keys)
    #expect(restored == book)
    #expect(throws: AttestationRefusal.endorsementKeyBound("b")) { try restored.check(second, of: "c") }
    book.release("a")
    try book.bind(first, to: "c")
    #expect(book.keys == ["b": second, "c": first])
  }

  @Test("a file in which one TPM stands twice leaves it with one node")
  func twice() {
    #expect(EndorsementBook(["b": first, "a": first]).keys == ["a": first])
  }

  @Test(
    "a clock, its resets and restarts only rise; a clock that lost its power may fall by what was not saved",
    arguments: [
      // clock, resets, restarts, safe: before and after, and whether that is forwards.
      ((100, 5, 2, true), (100, 5, 2, true), true), ((100, 5, 2, true), (99, 5, 2, true), false),
      ((100, 5, 2, true), (200, 4, 9, true), false), ((100, 5, 2, true), (200, 5, 1, true), false),
      ((100, 5, 2, true), (200, 6, 0, true), true), ((5_000_000, 5, 2, true), (900_000, 6, 0, false), true),
      ((5_000_000, 5, 2, true), (900_000, 6, 0, true), false), ((5_000_000, 5, 2, true), (900_000, 5, 2, false), false),
      ((6_000_000, 5, 2, true), (900_000, 6, 0, false), false),
    ] as [((UInt64, UInt32, UInt32, Bool), (UInt64, UInt32, UInt32, Bool), Bool)])
  func order(
    _ before: (UInt64, UInt32, UInt32, Bool), _ after: (UInt64, UInt32, UInt32, Bool), _ isForwards: Bool
  ) {
    let (previous, next) = (clock(before), clock(after))
    #expect((ClockOrder(from: previous, to: next) == .forwards) == isForwards)
  }

  private func clock(_ value: (UInt64, UInt32, UInt32, Bool)) -> Attest.ClockInfo {
    .init(clock: value.0, resetCount: value.1, restartCount: value.2, safe: value.3)
  }
}
