/// A body that goes into a ``PartialFile``: only an answer that continues or replaces what is there is let in.
final class FileBody: BodyReceiver {
  private let request: DownloadRequest
  private let file: PartialFile
  private let progress: (DownloadProgress) -> Void
  private let asked: Int64
  private var refusedStatus: Int?
  private var refusalBytes: [UInt8] = []
  private var total: Int64?
  private var told: ContinuousClock.Instant?

  /// How many bytes came over the network.
  private(set) var transferred: Int64 = 0

  init(_ request: DownloadRequest, file: PartialFile, progress: @escaping (DownloadProgress) -> Void) {
    self.request = request
    self.file = file
    self.progress = progress
    asked = file.size
  }

  func begin(status: Int, headers: HTTPHeaders) throws(HTTPFetchError) {
    switch status {
    case 200:
      // The server knows no ranges, or If-Range says that the content is another one: this is the whole of it.
      if file.size > 0 { try file.restart() }
      total = headers["Content-Length"].flatMap { Int64($0) }
    case 206 where asked > 0:
      let answered = headers["Content-Range"] ?? ""
      guard let range = ContentRange(answered), range.first == asked else {
        throw .wrongRange(url: request.url, asked: asked, answered: answered)
      }
      total = range.total
    default:
      refusedStatus = status
      return
    }
    if let limit = request.limit, let total, total > limit { throw .tooLong(url: request.url, limit: limit) }
  }

  func receive(_ bytes: UnsafeRawBufferPointer) throws(HTTPFetchError) {
    if let refusedStatus {
      refusalBytes.append(contentsOf: bytes)
      guard refusalBytes.count < 64 << 10 else {
        throw .status(url: request.url, code: refusedStatus, detail: refusal)
      }
      return
    }
    if let limit = request.limit, file.size + Int64(bytes.count) > limit {
      throw .tooLong(url: request.url, limit: limit)
    }
    try file.append(bytes)
    transferred += Int64(bytes.count)
    let now = ContinuousClock.now
    if let told, now - told < .milliseconds(100) { return }
    told = now
    progress(DownloadProgress(received: file.size, total: total))
  }

  /// Tells that everything is there.
  func finish() { progress(DownloadProgress(received: file.size, total: file.size)) }

  /// What the server said instead of the content, in one line.
  var refusal: String {
    let printable = refusalBytes.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: " ") }
    let words = String(decoding: printable, as: UTF8.self).split(separator: " ").joined(separator: " ")
    return words.count > 200 ? words.prefix(200) + "…" : words
  }
}

/// `Content-Range: bytes 5-9/10` (RFC 9110, section 14.4).
private struct ContentRange {
  var first: Int64
  var total: Int64?

  init?(_ text: String) {
    let words = text.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
    let parts = words[1].split(separator: "/")
    guard parts.count == 2, let dash = parts[0].firstIndex(of: "-"), let first = Int64(parts[0][..<dash]) else {
      return nil
    }
    self.first = first
    total = Int64(parts[1])
  }
}
