public import Diagnostics

/// One `[Name]` section of a unit file with its directives in order.
public struct Section: Sendable, Hashable {
  /// The name between the brackets, as written. Empty only for the comments of a file that has no section.
  public var name: String
  /// The directives in the order of the file.
  public var directives: [Directive]
  /// Comments and empty lines above the header, without the one empty line that separates sections.
  public var leading: [String]
  /// Comments and empty lines after the last directive, at the end of the file.
  public var trailing: [String]
  /// Where the header's `[` stands; `nil` for a section made in code. No part of equality.
  public var position: SourcePosition?

  /// A section made in code, without comments.
  public init(_ name: String, _ directives: [Directive] = []) {
    self.name = name
    self.directives = directives
    leading = []
    trailing = []
    position = nil
  }

  /// Equal when name, directives and comments are; where it was read does not matter.
  public static func == (left: Section, right: Section) -> Bool {
    left.name == right.name && left.directives == right.directives && left.leading == right.leading
      && left.trailing == right.trailing
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(directives)
    hasher.combine(leading)
    hasher.combine(trailing)
  }
}
