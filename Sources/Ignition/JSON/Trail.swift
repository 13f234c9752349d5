import Diagnostics

/// The way to where a walk stands in a config. Made into a ``ValuePath`` only for what is found.
struct Trail {
  /// One step: into an object's member, or into a list's element.
  enum Step: Hashable {
    case key(String)
    case index(Int)
  }

  private(set) var steps: [Step] = []

  mutating func push(_ key: String) { steps.append(.key(key)) }

  mutating func push(_ index: Int) { steps.append(.index(index)) }

  mutating func pop() { steps.removeLast() }

  /// The steps written out, from `$`.
  static func path(_ steps: some Sequence<Step>) -> ValuePath {
    steps.reduce(ValuePath.root) { path, step in
      switch step {
      case .key(let key): path.appending(key)
      case .index(let index): path.appending(index)
      }
    }
  }
}
