/// A body that is kept in memory, up to a limit.
final class MemoryBody: BodyReceiver {
  private let url: String
  private let limit: Int
  private(set) var bytes: [UInt8] = []

  init(url: String, limit: Int) {
    self.url = url
    self.limit = limit
  }

  func begin(status: Int, headers: HTTPHeaders) throws(HTTPFetchError) {
    if let length = headers["Content-Length"].flatMap({ Int64($0) }), length > Int64(limit) {
      throw .tooLong(url: url, limit: Int64(limit))
    }
  }

  func receive(_ more: UnsafeRawBufferPointer) throws(HTTPFetchError) {
    guard bytes.count + more.count <= limit else { throw .tooLong(url: url, limit: Int64(limit)) }
    bytes.append(contentsOf: more)
  }
}
