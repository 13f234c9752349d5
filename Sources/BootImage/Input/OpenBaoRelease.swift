/// Which releases of OpenBao understand what is rendered for them.
enum OpenBaoRelease {
  /// Why `version` cannot be used, in words that follow its name; `nil` where it can.
  static func fault(in version: String) -> String? {
    let numbers = version.drop { $0 == "v" }.split(separator: ".", omittingEmptySubsequences: false).prefix(2)
      .compactMap { part in part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil }
    guard numbers.count == 2 else { return "must be a version of OpenBao such as 2.6.2, not \(shown(version))" }
    guard (numbers[0], numbers[1]) < (2, 6) else { return nil }
    return "must be 2.6 or later, not \(shown(version)): the self-initialisation that is rendered needs OpenBao 2.6's "
      + "allowed_ip_sans_cidr and template source"
  }
}
