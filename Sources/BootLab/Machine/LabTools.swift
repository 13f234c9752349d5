import Glibc

/// What the lab is made of on this machine: the tree, the scripts that know how a node is booted on it, and the programs that these call.
public struct LabTools: Sendable, Hashable {
  /// The tree's folder, as `scripts/lab/tree` makes it: `root/`, `root.raw`, `vmlinuz`, `initrd.img`.
  public var tree: String
  /// The folder `scripts` of this project's checkout.
  public var scripts: String

  /// The lab with the tree `tree`, by default the current one of the cache, and the scripts of the checkout that this program was built in
  /// or is run in.
  public init(tree: String? = nil) throws(LabError) {
    guard geteuid() == 0 else { throw .environment("the lab mounts and makes namespaces: run it as root") }
    scripts = try Self.findScripts()
    self.tree = try Self.whole(tree ?? "\(Self.cache)/lab/current")
  }

  private static var cache: String {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    let caches = variable("XDG_CACHE_HOME") ?? "\(variable("HOME") ?? "/root")/.cache"
    return variable("LL_CACHE") ?? "\(caches)/low-layer"
  }

  private static func whole(_ tree: String) throws(LabError) -> String {
    guard let path = realpath("\(tree)/root", nil) else {
      throw .environment("no lab tree at \(tree): `make lab` builds it, --lab names another")
    }
    defer { free(path) }
    return String(String(cString: path).dropLast("/root".count))
  }

  private static func findScripts() throws(LabError) -> String {
    let starts = ["/proc/self/exe", "."].compactMap { start -> String? in
      guard let path = realpath(start, nil) else { return nil }
      defer { free(path) }
      return String(cString: path)
    }
    for start in starts {
      var folder = start[...]
      while true {
        if access("\(folder)/scripts/lab/adapt", X_OK) == 0 { return "\(folder)/scripts" }
        guard let slash = folder.lastIndex(of: "/") else { break }
        folder = folder[..<slash]
      }
    }
    throw .environment("scripts/lab is not here: run this from the project's checkout")
  }

  /// Ends with an error that names every program of `programs` that is not on PATH.
  public func require(_ programs: [String]) throws(LabError) {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/sbin:/usr/bin:/sbin:/bin"
    let folders = path.split(separator: ":")
    let missing = programs.filter { program in !folders.contains { access("\($0)/\(program)", X_OK) == 0 } }
    guard missing.isEmpty else {
      throw .environment("not installed: \(missing.joined(separator: ", ")) (`make lab` installs what the lab needs)")
    }
  }
}
