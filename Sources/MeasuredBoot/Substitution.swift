public import Diagnostics
public import TPMStructures

/// One difference between the running OS's boot and the staged one's, as the release engineer states it.
public struct Substitution: Sendable, Hashable {
  /// What is done.
  public var action: Action
  /// The events that it is done to, or beside.
  public var selector: Selector
  /// Whether every event that fits is meant; otherwise exactly one must fit.
  public var every: Bool
  /// Where it stands in its file; `nil` where it was made in code.
  public var position: SourcePosition?

  /// What is done with an event.
  public enum Action: Sendable, Hashable {
    /// It measures something else.
    case replace(Measurement)
    /// It no longer happens.
    case remove
    /// Another event happens before it, or after it. Without a selector's condition: before all or after all of the PCR's events.
    case insert(Measurement, EventType, before: Bool)
  }

  /// Which events are meant: all conditions that are given must hold.
  public struct Selector: Sendable, Hashable {
    /// The PCR.
    public var pcr: Int
    /// The type; `nil` for any.
    public var type: EventType?
    /// A part of the event's text or words, without escapes; `nil` for any.
    public var match: String?
    /// The path, among the files handed in, of what the event measured; `nil` for any.
    public var measured: String?

    /// A selector.
    public init(pcr: Int, type: EventType? = nil, match: String? = nil, measured: String? = nil) {
      self.pcr = pcr
      self.type = type
      self.match = match
      self.measured = measured
    }

    var isWholePCR: Bool { type == nil && match == nil && measured == nil }
  }

  /// What an event measures.
  public enum Measurement: Sendable, Hashable {
    /// These digests, by bank.
    case digests([HashAlgorithm: [UInt8]])
    /// A file's bytes: what GRUB reads, PCR 9.
    case file(String)
    /// A PE image, PCR 4.
    case image(String)
    /// A text: GRUB's commands, PCR 8, prefix and all (`grub_cmd: linux …`).
    case text(String)
    /// A UEFI variable's contents, in a file, without attributes: PCR 7.
    case variable(String)
  }

  /// A substitution.
  public init(_ action: Action, of selector: Selector, every: Bool = false, position: SourcePosition? = nil) {
    self.action = action
    self.selector = selector
    self.every = every
    self.position = position
  }

  /// The files that it needs to be handed in.
  public var paths: [String] {
    let measurement: Measurement? =
      switch action {
      case .replace(let measurement), .insert(let measurement, _, _): measurement
      case .remove: nil
      }
    let path: String? =
      switch measurement {
      case .file(let path), .image(let path), .variable(let path): path
      case .digests, .text, nil: nil
      }
    return [path, selector.measured].compactMap(\.self)
  }
}
