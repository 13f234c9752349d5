extension UnitConversion {
  /// The keys of `[Unit]` whose values may name quadlet files (`unitDependencyKeys` in quadlet.go).
  static let dependencyKeys = [
    "After", "Before", "BindsTo", "Conflicts", "OnFailure", "OnSuccess", "PartOf", "PropagatesReloadTo",
    "PropagatesStopTo", "ReloadPropagatedFrom", "Requires", "Requisite", "StopPropagatedFrom", "Upholds", "Wants",
  ]

  /// Replaces quadlet file names in the dependencies of `[Unit]` by the names of their services. A key with such a name
  /// ends up as one line at the section's end.
  mutating func translateDependencies() throws(ConversionError) {
    let lookup = KeyLookup("Unit", of: service)
    for key in Self.dependencyKeys where lookup.has(key) {
      let names = lookup.words(key)
      var translated: [String] = []
      for name in names {
        guard QuadletUnit.Kind(rawValue: String(UnixPath.suffix(of: name).dropFirst())) != nil else {
          translated.append(name)
          continue
        }
        guard let entry = registry[name] else {
          throw ConversionError("unable to translate dependency for \(name)", at: key)
        }
        translated.append(entry.service)
      }
      guard translated != names else { continue }
      service.unset(key, in: "Unit")
      service.add(key, translated.joined(separator: " "), to: "Unit")
    }
  }
}
