/// The forms of names in Kubernetes' API (k8s.io/apimachinery, `validation`): what the API server would refuse is found
/// while the manifest is read.
enum KubernetesName {
  /// RFC 1123 subdomain: a node's name, or a label key's prefix.
  static func isSubdomain(_ text: String) -> Bool {
    let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return text.utf8.count <= 253
      && labels.allSatisfy { label in
        guard let first = label.first, let last = label.last else { return false }
        return label.count <= 63 && isLowerOrDigit(first) && isLowerOrDigit(last)
          && label.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
      }
  }

  /// A ConfigMap's key.
  static func isDataKey(_ text: String) -> Bool {
    !text.isEmpty && text != "." && text != ".." && text.utf8.count <= 100 && text.utf8.allSatisfy(isNameByte)
  }

  /// `key=value`, the value possibly empty; `nil` where it is no label.
  static func label(_ text: String) -> (key: String, value: String)? {
    guard let equals = text.firstIndex(of: "=") else { return nil }
    let key = String(text[..<equals])
    let value = String(text[text.index(after: equals)...])
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let name = parts.last, isQualified(String(name)) else { return nil }
    if parts.count == 2, !isSubdomain(String(parts[0])) { return nil }
    guard value.isEmpty || isQualified(value) else { return nil }
    return (key, value)
  }

  private static func isQualified(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return text.utf8.count <= 63 && isLetterOrDigit(first) && isLetterOrDigit(last) && text.utf8.allSatisfy(isNameByte)
  }

  private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    isLowerOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
  }
}
