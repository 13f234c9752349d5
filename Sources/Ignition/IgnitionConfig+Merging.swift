extension IgnitionConfig {
  /// This config with `child` merged into it, as Ignition merges a config that another one names.
  ///
  /// A value of the child takes the place of the parent's; what the child leaves out stays. List entries are found
  /// again by their key (a file by its path, a unit by its name, a resource by its source), changed in their place, and
  /// new ones appended. A path that the child makes something else (a link in place of a file) is no longer the
  /// parent's. `options`, `mountOptions` and `append` are joined. Two valid configs can give one that is not: see
  /// ``validate(for:)``.
  public func merging(_ child: IgnitionConfig) -> IgnitionConfig { merged(with: child) }
}

extension Array where Element: SpecValue {
  func merged(with child: [Element]) -> [Element] {
    if child.isEmpty { return self }
    if isEmpty { return child }
    let changes = Dictionary(child.map { ($0.mergeKey, $0) }) { _, last in last }
    var result: [Element] = []
    for element in self {
      guard let change = changes[element.mergeKey] else {
        result.append(element)
        continue
      }
      if !change.removesParent { result.append(element.merged(with: change)) }
    }
    let known = Set(map(\.mergeKey))
    return result + child.filter { !known.contains($0.mergeKey) }
  }

  /// The elements whose keys are in none of `others`.
  fileprivate func without(_ others: Set<ExactText>...) -> [Element] {
    filter { element in !others.contains { $0.contains(element.mergeKey) } }
  }

  fileprivate var mergeKeys: Set<ExactText> { Set(map(\.mergeKey)) }
}

// Lists that share one space of keys: an entry that the child has in another of them leaves the parent's list.

extension IgnitionConfig.Storage {
  func merged(with child: Self) -> Self {
    let (files, directories, links) = (child.files.mergeKeys, child.directories.mergeKeys, child.links.mergeKeys)
    var parent = self
    parent.files = self.files.without(directories, links)
    parent.directories = self.directories.without(files, links)
    parent.links = self.links.without(files, directories)
    return parent.mergedMembers(with: child)
  }
}

extension IgnitionConfig.KernelArguments {
  func merged(with child: Self) -> Self {
    var parent = self
    parent.shouldExist = shouldExist.without(child.shouldNotExist.mergeKeys)
    parent.shouldNotExist = shouldNotExist.without(child.shouldExist.mergeKeys)
    return parent.mergedMembers(with: child)
  }
}
