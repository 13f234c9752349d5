public import Quadlet
public import SystemdUnit

/// Everything that one node gets, before it is written as Ignition: the pipeline's middle.
public struct NodeContent: Sendable {
  /// Files, in the order they were added.
  public var files: [File] = []
  /// Directories that must exist with a certain mode or owner.
  public var directories: [Directory] = []
  /// Symbolic links.
  public var links: [Link] = []
  /// systemd units and masks.
  public var units: [Unit] = []
  /// podman quadlets; they become files, and their generated services cannot be enabled by Ignition.
  public var quadlets: [Quadlet] = []
  /// What the node cannot boot without and the desk does not have yet.
  public var missing = Missing()
  /// Whether the node may initialise a new cluster.
  public var initialises = false
  /// Whether it has insecure stand-ins for its secrets (`build --lab`).
  public var isLab = false

  /// A file on the node.
  public struct File: Sendable, Hashable {
    /// Its absolute path.
    public var path: String
    /// Its permission bits.
    public var mode: Int
    /// Its owner and group by number; root's unless set.
    public var owner = Owner.root
    /// What is in it.
    public var contents: Contents
    /// Why it is there.
    public var origin: Origin
  }

  /// What is in a file.
  public enum Contents: Sendable, Hashable {
    /// A text that stands in the config itself.
    case text(String)
    /// A download that Ignition verifies before it keeps it.
    case download(RemoteFile)
  }

  /// A directory on the node.
  public struct Directory: Sendable, Hashable {
    /// Its absolute path.
    public var path: String
    /// Its permission bits.
    public var mode: Int
    /// Its owner and group by number.
    public var owner = Owner.root
    /// Why it is there.
    public var origin: Origin
  }

  /// A symbolic link on the node.
  public struct Link: Sendable, Hashable {
    /// Its absolute path.
    public var path: String
    /// What it points at.
    public var target: String
    /// Why it is there.
    public var origin: Origin
  }

  /// A systemd unit on the node.
  public struct Unit: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Whether Ignition enables or masks it, or leaves it to others.
    public var state: State
    /// Its text; `nil` for a unit of the operating system's.
    public var file: UnitFile?
    /// Why it is there.
    public var origin: Origin

    /// What Ignition does with a unit besides writing it.
    public enum State: Sendable, Hashable { case enabled, masked, asWritten }
  }

  /// A quadlet on the node.
  public struct Quadlet: Sendable, Hashable {
    /// The unit.
    public var unit: QuadletUnit
    /// Why it is there.
    public var origin: Origin
  }

  /// A numeric owner: names are not known to an image that has not booted.
  public struct Owner: Sendable, Hashable {
    /// User id.
    public var user: Int
    /// Group id.
    public var group: Int
    /// root.
    public static let root = Owner(user: 0, group: 0)
    /// The user `openbao` of OpenBao's image (`adduser -S`, `addgroup` in its Dockerfile).
    public static let openbao = Owner(user: 100, group: 1000)
  }

  /// What the node cannot boot without and the desk does not have yet.
  public struct Missing: Sendable, Hashable {
    /// Paths on the node of sealed files that nobody has made.
    public var sealed: [String] = []
    /// Our own programs that no `--artifacts` folder holds.
    public var programs: [String] = []
    /// Issuers' anchors that nobody has made.
    public var anchors: [String] = []
  }
}

extension NodeContent {
  mutating func add(file path: String, mode: Int = 0o644, owner: Owner = .root, _ text: String, _ origin: Origin) {
    files.append(File(path: path, mode: mode, owner: owner, contents: .text(text), origin: origin))
  }

  mutating func add(download path: String, mode: Int, _ file: RemoteFile, _ origin: Origin) {
    files.append(File(path: path, mode: mode, contents: .download(file), origin: origin))
  }

  mutating func add(directory path: String, mode: Int, owner: Owner = .root, _ origin: Origin) {
    directories.append(Directory(path: path, mode: mode, owner: owner, origin: origin))
  }

  mutating func add(link path: String, to target: String, _ origin: Origin) {
    links.append(Link(path: path, target: target, origin: origin))
  }

  mutating func add(unit name: String, _ state: Unit.State, _ file: UnitFile, _ origin: Origin) {
    units.append(Unit(name: name, state: state, file: file, origin: origin))
  }

  /// Enables or masks a unit of the operating system's.
  mutating func add(unit name: String, _ state: Unit.State, _ origin: Origin) {
    units.append(Unit(name: name, state: state, file: nil, origin: origin))
  }
}
