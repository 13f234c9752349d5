extension Validator {
  private static let unitSuffixes: Set<Substring> = [
    ".service", ".socket", ".device", ".mount", ".automount", ".swap", ".target", ".path", ".timer", ".snapshot",
    ".slice", ".scope",
  ]

  mutating func check(_ systemd: IgnitionConfig.Systemd) {
    unique(("units", systemd.units.map(\.mergeKey)))
    // Of each unit text, whether it can be enabled; absent where the text is empty or no unit.
    var installable: [ExactText: Bool?] = [:]
    each("units", systemd.units) { validator, unit in
      installable[ExactText(unit.name)] = .some(validator.check(unit))
    }
    checkTemplates(systemd.units, installable)
  }

  /// Checks a unit; whether its text can be enabled.
  private mutating func check(_ unit: IgnitionConfig.Unit) -> Bool? {
    if !Self.unitSuffixes.contains(CleanPath.suffix(unit.name)) {
      error("invalid systemd unit extension", at: "name")
    }
    unique(("dropins", unit.dropins.map(\.mergeKey)))
    each("dropins", unit.dropins) { validator, dropin in
      _ = validator.checkText(dropin.contents)
      if CleanPath.suffix(dropin.name) != ".conf" { validator.error("invalid systemd drop-in extension", at: "name") }
    }
    let hasInstall = checkText(unit.contents)
    if unit.enabled == true, hasInstall == false {
      warning(
        "unit \"\(unit.name)\" is enabled, but has no install section so enable does nothing", at: "contents")
    }
    return hasInstall
  }

  /// Checks a unit's or a drop-in's text; whether it has an `[Install]` section, `nil` where it is empty or no unit.
  private mutating func checkText(_ contents: String?) -> Bool? {
    guard let contents, !contents.isEmpty else { return nil }
    do throws(UnitText.Fault) {
      return try UnitText.hasInstall(contents)
    } catch {
      self.error("invalid unit content: \(error.message)", at: "contents")
      return nil
    }
  }

  private mutating func checkTemplates(_ units: [IgnitionConfig.Unit], _ installable: [ExactText: Bool?]) {
    for (index, unit) in units.enumerated() where unit.enabled == true {
      let name = Array(unit.name.utf8)
      guard name.suffix(8).elementsEqual(".service".utf8) else { continue }
      // The shortest template name with something on both sides of its "@".
      let stem = name.dropLast(8)
      guard let at = stem.dropFirst().firstIndex(of: UInt8(ascii: "@")), at + 1 < stem.endIndex else { continue }
      let template = ExactText(stem[...at] + Array(".service".utf8))
      if installable[template] == .some(.some(false)) {
        warning(
          "template unit \"\(template.text)\" for \"\(unit.name)\" doesn't have Install section",
          at: "units", .index(index), "contents")
      }
    }
  }

  /// Files, directories and links must not sit where a unit's or a drop-in's text is written.
  mutating func checkUnitPaths(of config: IgnitionConfig) {
    var paths = Set<ExactText>()
    for unit in config.systemd.units {
      let path = "/etc/systemd/system/" + unit.name
      if unit.contents?.isEmpty == false { paths.insert(ExactText(path)) }
      for dropin in unit.dropins where dropin.contents?.isEmpty == false {
        paths.insert(ExactText("\(path).d/\(dropin.name)"))
      }
    }
    if paths.isEmpty { return }
    let storage = config.storage
    for (list, nodes) in [
      ("files", storage.files.map(\.path)), ("directories", storage.directories.map(\.path)),
      ("links", storage.links.map(\.path)),
    ] {
      for (index, path) in nodes.enumerated() where paths.contains(ExactText(path)) {
        error("path conflicts with systemd unit or dropin", at: "storage", .key(list), .index(index), "path")
      }
    }
  }
}
