import HostFS

extension HostRoot {
  /// Reads a file and parses it; what is wrong with either is what a collector throws.
  func parse<Result>(
    _ place: Place, _ path: StaticString, limit: Int = defaultLimit,
    _ body: (ByteText) throws(Malformed) -> Result
  ) throws(CollectionError) -> Result {
    let parsed: Swift.Result<Result, Malformed>
    do throws(ReadError) {
      parsed = try read(place, path, limit: limit) { text in Swift.Result { () throws(Malformed) in try body(text) } }
    } catch {
      throw CollectionError(error)
    }
    switch parsed {
    case .success(let result): return result
    case .failure(let malformed):
      throw .failed(.malformed(path: "\(place.prefix)/\(path)", line: malformed.line))
    }
  }

  /// Reads a file that not every kernel has: `nil` where it is missing or may not be read.
  func parseIfPresent<Result>(
    _ place: Place, _ path: StaticString, _ body: (ByteText) throws(Malformed) -> Result
  ) throws(CollectionError) -> Result? {
    do throws(CollectionError) {
      return try parse(place, path, body)
    } catch {
      if case .unavailable = error { return nil }
      throw error
    }
  }

  /// Opens a folder; what is wrong with it is what a collector throws.
  func folder(_ place: Place, _ path: String) throws(CollectionError) -> HostDirectory {
    do throws(ReadError) {
      return try directory(place, path)
    } catch {
      throw CollectionError(error)
    }
  }

  /// Opens a folder that not every host has: `nil` where it is missing or may not be read.
  func folderIfPresent(_ place: Place, _ path: String) throws(CollectionError) -> HostDirectory? {
    do throws(CollectionError) {
      return try folder(place, path)
    } catch {
      if case .unavailable = error { return nil }
      throw error
    }
  }
}

extension HostRoot.Place {
  fileprivate var prefix: String {
    switch self {
    case .root: ""
    case .proc: "/proc"
    case .sys: "/sys"
    case .net: "/proc/1/net"
    case .initProcess: "/proc/1"
    }
  }
}

extension HostDirectory {
  /// The names in it; what is wrong is what a collector throws.
  func names() throws(CollectionError) -> [String] {
    do throws(ReadError) {
      return try entries()
    } catch {
      throw CollectionError(error)
    }
  }

  /// A folder in it, which may have gone since it was listed.
  func folder(_ name: String) -> HostDirectory? {
    do throws(ReadError) {
      return try directory(name)
    } catch {
      return nil
    }
  }
}

extension ByteText {
  /// Calls `body` with each line and its number, counted from 1.
  func forEachLine(_ body: (inout ByteText, Int) throws(Malformed) -> Void) throws(Malformed) {
    var rest = self
    var number = 0
    while var line = rest.nextLine() {
      number += 1
      try body(&line, number)
    }
  }
}
