import Glibc

/// Secret bytes in pages of their own: locked into RAM, left out of core dumps, zero in a forked child, wiped when the
/// last reference goes.
///
/// The bytes are written once, while the object is made, and only lent afterwards; no conversion to `String`, `Data`
/// or `[UInt8]` is offered. Each object takes at least one page of RLIMIT_MEMLOCK. Sources: mlock(2), madvise(2).
public final class SecretBytes {
  /// How many secret bytes there are.
  public let count: Int
  private let pages: UnsafeMutableRawBufferPointer

  /// `count` bytes that `fill` writes; they are zero before.
  public convenience init(count: Int, filling fill: (UnsafeMutableRawBufferPointer) -> Void) throws(SecretMemoryError) {
    try self.init(capacity: count) { buffer in
      fill(buffer)
      return buffer.count
    }
  }

  /// At most `capacity` bytes; `fill` writes them and says how many it wrote. ``SecretMemoryError/count(_:)`` where
  /// that is below zero or over the capacity.
  public init(capacity: Int, filling fill: (UnsafeMutableRawBufferPointer) -> Int) throws(SecretMemoryError) {
    let pages = try Self.lockedPages(capacity)
    let written = fill(UnsafeMutableRawBufferPointer(rebasing: pages[..<capacity]))
    guard (0...capacity).contains(written) else {
      Self.release(pages)
      throw SecretMemoryError.count(written)
    }
    self.pages = pages
    count = written
  }

  /// A copy of `bytes`. Wiping the original is its owner's business.
  public convenience init(copying bytes: UnsafeRawBufferPointer) throws(SecretMemoryError) {
    try self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
  }

  /// `count` bytes from the kernel's random number generator.
  public static func random(count: Int) throws(SecretMemoryError) -> SecretBytes {
    try SecretBytes(count: count) { buffer in
      var generator = SystemRandomNumberGenerator()
      for index in buffer.indices { buffer[index] = UInt8.random(in: .min ... .max, using: &generator) }
    }
  }

  deinit { Self.release(pages) }

  /// Lends the bytes to `body`, which must not keep the pointer.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // The object, and with it the pages, must outlive the loan: they are unmapped by deinit.
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeRawBufferPointer(rebasing: pages[..<count]))
  }

  private static func lockedPages(_ capacity: Int) throws(SecretMemoryError) -> UnsafeMutableRawBufferPointer {
    let page = sysconf(Int32(_SC_PAGESIZE))
    guard capacity >= 0, capacity <= Int.max - page else { throw SecretMemoryError.count(capacity) }
    let length = max(1, (capacity + page - 1) / page) * page
    let protection = PROT_READ | PROT_WRITE
    guard let start = mmap(nil, length, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), start != MAP_FAILED else {
      throw SecretMemoryError.mapping(errno)
    }
    let pages = UnsafeMutableRawBufferPointer(start: start, count: length)
    guard mlock(start, length) == 0 else {
      let code = errno
      munmap(start, length)
      throw SecretMemoryError.locking(code)
    }
    guard madvise(start, length, MADV_DONTDUMP) == 0, madvise(start, length, MADV_WIPEONFORK) == 0 else {
      let code = errno
      release(pages)
      throw SecretMemoryError.advising(code)
    }
    return pages
  }

  private static func release(_ pages: UnsafeMutableRawBufferPointer) {
    guard let start = pages.baseAddress else { return }
    explicit_bzero(start, pages.count)
    munlock(start, pages.count)
    munmap(start, pages.count)
  }
}

// Nothing writes the pages after init, and they live as long as the object: reading them from any thread is safe.
extension SecretBytes: @unchecked Sendable {}

extension SecretBytes: Equatable {
  /// Whether both hold the same bytes. The time depends on the counts alone, never on the bytes.
  public static func == (left: SecretBytes, right: SecretBytes) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { ConstantTime.isEqual(left, $0) } }
  }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The count only: a secret that slips into a message or a log shows nothing.
  public var description: String { "\(count) secret bytes" }

  /// The same as ``description``.
  public var debugDescription: String { description }

  /// No children, so that `dump` shows no addresses either.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
