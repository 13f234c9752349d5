extension CurlSession {
  /// Fetches what `request` names into its file. See ``HTTPFetching/download(_:progress:)``.
  @discardableResult
  public func download(
    _ request: DownloadRequest, progress: (DownloadProgress) -> Void
  ) throws(HTTPFetchError) -> Download {
    let address = try WebAddress(request.url)
    if let size = try PartialFile.sizeOfFile(request.path, having: request.digest) {
      return Download(size: size, transferred: 0, wasPresent: true)
    }
    let file = try PartialFile(request)
    return try withoutActuallyEscaping(progress) { progress throws(HTTPFetchError) in
      try fetch(request, from: address, into: file, progress: progress)
    }
  }

  private func fetch(
    _ request: DownloadRequest, from address: WebAddress, into file: PartialFile,
    progress: @escaping (DownloadProgress) -> Void
  ) throws(HTTPFetchError) -> Download {
    if file.size > 0, file.isComplete {
      // An earlier run was ended between the last byte and the rename.
      try file.publish()
      return Download(size: file.size, transferred: 0, wasPresent: false)
    }
    if let limit = request.limit, file.size >= limit { try file.restart() }
    var attempt = 1
    var furthest = file.size
    var validator: String?
    // Bytes of an earlier run may be of another content or damaged; that is no fault of the server's, so it gets one more chance.
    var mayStartOver = true
    while true {
      let resumed = file.size > 0
      let body = FileBody(request, file: file, progress: progress)
      let exchange = Exchange(
        url: address, headers: headers(for: request, from: file.size, validator: validator),
        redirectLimit: configuration.redirectLimit, receiver: body)
      let failure: HTTPFetchError
      do {
        try perform(exchange)
        if exchange.status == 200 || (exchange.status == 206 && resumed) {
          if file.isComplete {
            try file.publish()
            body.finish()
            return Download(size: file.size, transferred: body.transferred, wasPresent: false)
          }
          failure = .digestMismatch(url: request.url, expected: request.digest, actual: file.digest)
        } else if exchange.status == 401 {
          failure = .unauthorized(url: request.url, challenge: exchange.headers["WWW-Authenticate"] ?? "")
        } else {
          failure = .status(url: request.url, code: exchange.status, detail: body.refusal)
        }
      } catch {
        failure = error
      }
      if exchange.status == 200 || exchange.status == 206 { validator = exchange.headers.strongValidator }
      if resumed, mayStartOver, failure.isCuredByStartingOver(status: exchange.status) {
        mayStartOver = false
        validator = nil
        try file.restart()
        continue
      }
      // A transfer that moves on is not one that fails again and again; one that starts from nothing each time is.
      if file.size >= furthest + (1 << 20) {
        furthest = file.size
        attempt = 1
      }
      if failure.isTransient, wait(after: &attempt, exchange) { continue }
      if failure.condemnsPartial || file.size == 0 { try file.discard() }
      throw failure
    }
  }

  private func headers(for request: DownloadRequest, from offset: Int64, validator: String?) -> HTTPHeaders {
    var headers = request.headers
    guard offset > 0 else { return headers }
    headers["Range"] = "bytes=\(offset)-"
    if let validator { headers["If-Range"] = validator }
    return headers
  }
}

extension HTTPHeaders {
  /// A strong `ETag`, the only one that If-Range may carry (RFC 9110, section 13.1.5).
  fileprivate var strongValidator: String? { self["ETag"].flatMap { $0.hasPrefix("\"") ? $0 : nil } }
}

extension HTTPFetchError {
  /// Whether it may be due to bytes that were there before this attempt.
  fileprivate func isCuredByStartingOver(status: Int) -> Bool {
    switch self {
    case .digestMismatch, .wrongRange: status == 206
    case .tooLong: status == 206
    case .status(_, let code, _): code == 416
    default: false
    }
  }

  /// Whether what has come will never be part of what was asked for.
  fileprivate var condemnsPartial: Bool {
    switch self {
    case .digestMismatch, .tooLong, .wrongRange: true
    default: false
    }
  }
}
