extension UnitConversion {
  /// `SetWorkingDirectory=`: sets `WorkingDirectory=` unless `[Service]` has one, and returns the context that a
  /// build gets as its last argument (empty for none).
  mutating func settleWorkingDirectory() throws(ConversionError) -> String {
    let key = "SetWorkingDirectory"
    guard let setting = section.nonEmpty(key) else { return "" }
    var context = ""
    let file: String
    switch setting.lowercased() {
    case "yaml":
      guard unit.kind == .kube else {
        throw ConversionError("SetWorkingDirectory=\(setting) is only supported in .kube files", at: key)
      }
      let files = section.words("Yaml")
      guard files.count == 1 else {
        throw ConversionError(
          "SetWorkingDirectory=yaml is only supported when a single Yaml key is provided", at: key)
      }
      file = files[0]
    case "file":
      guard unit.kind == .build else {
        throw ConversionError("SetWorkingDirectory=\(setting) is only supported in .build files", at: key)
      }
      guard let named = section.string("File") else { throw ConversionError("no File key specified", at: key) }
      file = named
    case "unit":
      file = unit.path
    default:
      guard unit.kind == .build else {
        // The space at the end is podman's.
        throw ConversionError("unsupported value for WorkingDirectory: \(setting) ", at: key)
      }
      context = setting
      file = setting.hasPrefix("/") ? "" : unit.path
    }
    guard !file.isEmpty, !Self.isURL(context) else { return context }
    let own = KeyLookup("Service", of: unit.draft)
    guard own.nonEmpty("WorkingDirectory") == nil else { return "" }
    service.add("WorkingDirectory", UnixPath.folder(of: absolute(file)), to: "Service")
    return context
  }

  /// Whether podman takes a path for a URL. Its pattern accepts whatever starts with `http` and whatever has a path
  /// below `github.com/`.
  static func isURL(_ text: String) -> Bool {
    if text.hasPrefix("http") || text.hasPrefix("git://") { return true }
    let parts = text.split(separator: "github.com/", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count > 1 && !parts[1].isEmpty
  }
}
