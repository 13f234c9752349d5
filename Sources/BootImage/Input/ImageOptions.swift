import Diagnostics

/// Reads what an image file chooses: updates, disk and kubelet.
enum ImageOptions {
  // MARK: Zincati

  private enum Strategy: String, CaseIterable {
    case disabled, immediate, periodic
    case fleetLock = "fleet_lock"
  }

  /// The `zincati` mapping.
  static func zincati(_ value: YAMLValue, _ reader: inout YAMLReader) -> ImageDefinition.ZincatiStrategy? {
    guard let mapping = reader.mapping(value, keys: ["strategy", "windows", "baseURL"]) else { return nil }
    let reason = ": without a choice Zincati reboots a node at once"
    let strategy = reader.required("strategy", in: mapping, reason: reason).flatMap {
      reader.choice($0, of: Strategy.self)
    }
    guard let strategy else { return nil }
    if strategy != .periodic, let windows = mapping.members["windows"] {
      reader.error("'windows' belongs to the strategy periodic", atPlaceOf: windows)
    }
    if strategy != .fleetLock, let baseURL = mapping.members["baseURL"] {
      reader.error("'baseURL' belongs to the strategy fleet_lock", atPlaceOf: baseURL)
    }
    switch strategy {
    case .disabled: return .disabled
    case .immediate: return .immediate
    case .periodic:
      return reader.required("windows", in: mapping).flatMap { windows($0, &reader) }.map { .periodic($0) }
    case .fleetLock:
      guard let value = reader.required("baseURL", in: mapping), let url = reader.text(value) else { return nil }
      if let fault = WebAddress.fault(in: url, plain: true) {
        reader.error("\(value.name) \(fault)", at: value)
        return nil
      }
      if url.hasPrefix("http://") { reader.warning("the FleetLock server is asked without TLS", at: value) }
      return .fleetLock(baseURL: url)
    }
  }

  private static func windows(
    _ value: YAMLValue, _ reader: inout YAMLReader
  ) -> [ImageDefinition.ZincatiStrategy.Window]? {
    guard let items = reader.list(value) else { return nil }
    if items.isEmpty { reader.error("'windows' is empty: nodes would never reboot into an update", at: value) }
    let windows = items.compactMap { item -> ImageDefinition.ZincatiStrategy.Window? in
      guard let mapping = reader.mapping(item, keys: ["days", "start", "lengthMinutes"]) else { return nil }
      let days = reader.required("days", in: mapping).flatMap { self.days($0, &reader) }
      let start = reader.required("start", in: mapping).flatMap {
        reader.text($0, as: "a time of day in UTC such as 23:30", if: isTime)
      }
      let length = reader.required("lengthMinutes", in: mapping).flatMap { reader.integer($0, in: 1...1440) }
      guard let days, let start, let length else { return nil }
      return .init(days: days, start: start.value, lengthMinutes: length)
    }
    return windows.count == items.count && !items.isEmpty ? windows : nil
  }

  /// Days by three letters only: of the long names Zincati spells one differently (`tuesady`).
  private enum Day: String, CaseIterable { case Mon, Tue, Wed, Thu, Fri, Sat, Sun }

  private static func days(_ value: YAMLValue, _ reader: inout YAMLReader) -> [String]? {
    guard let items = reader.list(value) else { return nil }
    if items.isEmpty { reader.error("'days' is empty", at: value) }
    var days: [String] = []
    for item in items {
      guard let day = reader.choice(item, of: Day.self) else { continue }
      if days.contains(day.rawValue) { reader.warning("\(day.rawValue) stands twice", at: item) }
      days.append(day.rawValue)
    }
    return days.count == items.count && !items.isEmpty ? days : nil
  }

  private static func isTime(_ text: String) -> Bool {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2,
      parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let hour = Int(parts[0]), let minute = Int(parts[1])
    else { return false }
    return hour < 24 && minute < 60
  }

  // MARK: Disk

  /// The `disk` mapping.
  static func disk(_ value: YAMLValue, _ reader: inout YAMLReader) -> ImageDefinition.DiskOptions? {
    guard let mapping = reader.mapping(value, keys: ["encryption", "rootMiB"]) else { return nil }
    let encryption = reader.required("encryption", in: mapping)
      .flatMap { reader.choice($0, of: ImageDefinition.DiskOptions.Encryption.self) }
    var size: Int?
    if let value = reader.required("rootMiB", in: mapping), let number = reader.integer(value, in: 1...16_777_216) {
      if number < 8192 { reader.error("'rootMiB' must be at least 8192 for Fedora CoreOS, not \(number)", at: value) }
      size = number
    }
    guard let encryption, let size else { return nil }
    return ImageDefinition.DiskOptions(encryption: encryption, rootMiB: size)
  }

  // MARK: Kubelet

  private enum Resource: String, CaseIterable {
    case cpu, memory
    case ephemeralStorage = "ephemeral-storage"
  }

  /// The `kubelet` mapping; without it, the kubelet's own defaults.
  static func kubelet(_ value: YAMLValue?, _ reader: inout YAMLReader) -> ImageDefinition.KubeletOptions? {
    var options = ImageDefinition.KubeletOptions(maxPods: 110, systemReserved: [:], nodeLabels: [:])
    guard let value else { return options }
    guard let mapping = reader.mapping(value, keys: ["maxPods", "systemReserved", "nodeLabels"]) else { return nil }
    var isComplete = true
    if let value = reader.optional("maxPods", in: mapping) {
      if let number = reader.integer(value, in: 1...1000) {
        options.maxPods = number
        if number > 250 { reader.warning("'maxPods' \(number): a node has 254 addresses for pods (a /24)", at: value) }
      } else {
        isComplete = false
      }
    }
    if let value = reader.optional("systemReserved", in: mapping),
      let members = reader.mapping(value, keys: Resource.allCases.map(\.rawValue))?.members
    {
      for (name, value) in members {
        guard let resource = Resource(rawValue: name) else { continue }
        options.systemReserved[name] = quantity(value, of: resource, &reader)
      }
    }
    if let value = reader.optional("nodeLabels", in: mapping) {
      for member in reader.members(value) ?? [] {
        if let fault = NodeLabel.fault(inKey: member.key) { reader.error(fault, atPlaceOf: member.value) }
        if case .nothing = member.value.content {
          options.nodeLabels[member.key] = ""
        } else {
          let rule = "a label's value (at most 63 letters, digits, '-', '_' and '.')"
          options.nodeLabels[member.key] =
            reader.text(member.value, as: rule, if: NodeLabel.isValue)?.value
        }
      }
    }
    return isComplete ? options : nil
  }

  /// A quantity of `resource` (Kubernetes, resource.Quantity) without sign and exponent: `500m`, `1.5`, `2Gi`.
  private static func quantity(_ value: YAMLValue, of resource: Resource, _ reader: inout YAMLReader) -> String? {
    let suffixes =
      resource == .cpu ? ["", "m"] : ["", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
    let rule = resource == .cpu ? "CPUs such as 500m or 2" : "bytes such as 512Mi or 2Gi"
    return reader.text(value, as: rule) { text in
      let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
      guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return false }
      return suffixes.contains(String(text.dropFirst(digits.count)))
    }?.value
  }
}
