extension NodePlan {
  /// Zincati's configuration: its default reboots at once, so a choice is always written.
  func addUpdates(to content: inout NodeContent) {
    var toml = TOMLText()
    switch image.zincati {
    case .disabled: toml.table("updates", [("enabled", .boolean(false))])
    case .immediate: toml.table("updates", [("enabled", .boolean(true)), ("strategy", .string("immediate"))])
    case .periodic(let windows):
      toml.table("updates", [("enabled", .boolean(true)), ("strategy", .string("periodic"))])
      for window in windows {
        toml.table(
          "updates.periodic.window", isArray: true,
          [
            ("days", .array(window.days.map { .string($0) })), ("start_time", .string(window.start)),
            ("length_minutes", .integer(window.lengthMinutes)),
          ])
      }
    case .fleetLock(let baseURL):
      toml.table("updates", [("enabled", .boolean(true)), ("strategy", .string("fleet_lock"))])
      toml.table("updates.fleet_lock", [("base_url", .string(baseURL))])
    }
    content.add(
      file: "/etc/zincati/config.d/51-low-layer.toml", toml.text,
      Origin("When the node may reboot into an update.", .image("zincati")))
  }
}
