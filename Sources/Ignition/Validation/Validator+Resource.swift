extension Validator {
  /// What 3.0.0, whose references are types of their own, demands of a reference's source.
  enum FirstSpecSource { case mayBeEmpty, mustBeURL }

  mutating func checkReference(
    _ resource: IgnitionConfig.Resource, isRequired: Bool, inFirstSpec rule: FirstSpecSource
  ) {
    if spec == .v30 {
      let source = resource.source ?? ""
      if rule == .mustBeURL || !source.isEmpty { error(urlFault(source), at: "source") }
      return check(resource.verification)
    }
    if isRequired {
      let source = resource.source ?? ""
      error(source.isEmpty ? "source is required" : urlFault(source))
    }
    check(resource)
  }

  mutating func check(_ resource: IgnitionConfig.Resource) {
    if let compression = resource.compression, !compression.isEmpty, compression != "gzip" {
      error("invalid compression method", at: "compression")
    }
    if resource.verification.hash != nil, resource.source == nil {
      error("source must be specified if verification is specified", at: "verification", "hash")
    }
    let source = resource.source ?? ""
    if !source.isEmpty { error(urlFault(source), at: "source") }
    if !resource.httpHeaders.isEmpty { checkHeaders(resource.httpHeaders, source) }
    check(resource.verification)
  }

  private mutating func checkHeaders(_ headers: [IgnitionConfig.HTTPHeader], _ source: String) {
    if source.isEmpty {
      error("unable to parse url", at: "httpHeaders")
    } else if let url = ResourceURL(source) {
      if url.scheme != "http", url.scheme != "https" {
        error("cannot use HTTP headers with this source scheme", at: "httpHeaders")
      }
    } else {
      error("unable to parse url", at: "httpHeaders")
    }
    unique(("httpHeaders", headers.map(\.mergeKey)))
    each("httpHeaders", headers) { validator, header in
      if header.name.isEmpty { validator.error("HTTP header name can't be empty", at: "name") }
      if header.value == "" { validator.error("unable to parse HTTP header", at: "value") }
    }
  }

  private mutating func check(_ verification: IgnitionConfig.Verification) {
    guard let hash = verification.hash else { return }
    let parts = hash.utf8.split(separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return error("malformed hash specifier", at: "verification", "hash") }
    let digits: Int
    switch Substring(parts[0]) {
    case "sha512": digits = 128
    case "sha256" where spec >= .v31: digits = 64
    default: return error("unrecognized hash function", at: "verification", "hash")
    }
    if parts[1].count != digits { error("incorrect size for hash sum", at: "verification", "hash") }
  }

  /// What is wrong with a source; `nil` where nothing is.
  func urlFault(_ source: String) -> String? {
    let bytes = Array(source.utf8)
    guard let url = ResourceURL(bytes) else { return "unable to parse url" }
    switch url.scheme {
    case "http", "https", "tftp": return nil
    case "gs" where spec >= .v32: return nil
    case "s3": return url.firstQueryValue("versionId") == "" ? "invalid S3 object VersionId" : nil
    case "arn" where spec >= .v34: return arnFault(url)
    case "data":
      do throws(DataURLError) {
        try DataURL.check(bytes)
        return nil
      } catch { return error.description }
    default: return "invalid url scheme"
    }
  }

  private func arnFault(_ url: ResourceURL) -> String? {
    // arn:partition:service:region:account:resource
    let parts = url.opaque.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 5, parts[1].elementsEqual("s3".utf8) else { return "invalid S3 ARN format" }
    let slashes = url.opaque.utf8.count { $0 == UInt8(ascii: "/") }
    if slashes < (parts[4].starts(with: "accesspoint/".utf8) ? 2 : 1) { return "invalid S3 ARN format" }
    return url.firstQueryValue("versionId") == "" ? "invalid S3 object VersionId" : nil
  }
}
