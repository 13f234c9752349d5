// By what Ignition finds the entries of a list again: in a child config, and where two in one config are one too many.

extension IgnitionConfig.Resource {
  var mergeKey: ExactText { ExactText(source ?? "") }
}

extension IgnitionConfig.HTTPHeader {
  var mergeKey: ExactText { ExactText(name) }

  // A child's header without a value takes the parent's of that name away.
  var removesParent: Bool { value == nil }
}

extension IgnitionConfig.PasswdUser {
  var mergeKey: ExactText { ExactText(name) }
}

extension IgnitionConfig.PasswdGroup {
  var mergeKey: ExactText { ExactText(name) }
}

extension IgnitionConfig.Disk {
  var mergeKey: ExactText { ExactText(device) }
}

extension IgnitionConfig.Partition {
  var mergeKey: ExactText {
    if number != 0 { return ExactText("number:\(number)") }
    return ExactText(label.map { "label:\($0)" } ?? "")
  }
}

extension IgnitionConfig.Raid {
  var mergeKey: ExactText { ExactText(name) }
}

extension IgnitionConfig.Luks {
  var mergeKey: ExactText { ExactText(name) }
}

extension IgnitionConfig.Tang {
  var mergeKey: ExactText { ExactText(url) }
}

extension IgnitionConfig.Filesystem {
  var mergeKey: ExactText { ExactText(device) }
}

extension IgnitionConfig.File {
  var mergeKey: ExactText { ExactText(path) }
}

extension IgnitionConfig.Directory {
  var mergeKey: ExactText { ExactText(path) }
}

extension IgnitionConfig.Link {
  var mergeKey: ExactText { ExactText(path) }
}

extension IgnitionConfig.Unit {
  var mergeKey: ExactText { ExactText(name) }
}

extension IgnitionConfig.Dropin {
  var mergeKey: ExactText { ExactText(name) }
}
