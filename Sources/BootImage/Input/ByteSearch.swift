extension RandomAccessCollection where Element == UInt8 {
  /// Whether `needle`, which is not empty, stands somewhere in these bytes. The standard library's search in strings is made for all of Unicode and
  /// a hundred times slower, which a start-up of milliseconds feels.
  func holds(_ needle: [UInt8]) -> Bool {
    guard count >= needle.count, let first = needle.first else { return false }
    var start = startIndex
    let last = index(endIndex, offsetBy: -needle.count)
    while start <= last {
      if self[start] == first, self[start...].prefix(needle.count).elementsEqual(needle) { return true }
      start = index(after: start)
    }
    return false
  }
}
