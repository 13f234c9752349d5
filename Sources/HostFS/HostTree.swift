import Glibc

/// The folders of a host that stay open. It is immutable, and the kernel takes its descriptors from any thread.
final class HostTree: Sendable {
  let rootfs: String
  /// Whether this is a kernel's own procfs, in which a file that was opened stays the same file.
  let isKernelOwned: Bool
  private let root: Int32
  private let proc: Opened
  private let sys: Opened
  private let net: Opened
  private let initProcess: Opened

  private enum Opened: Sendable {
    case folder(Int32, name: String)
    case missing(ReadError)
  }

  init(rootfs: String, procfs: String?, sysfs: String?) throws(ReadError) {
    var rootfs = rootfs
    while rootfs.count > 1, rootfs.hasSuffix("/") { rootfs.removeLast() }
    self.rootfs = rootfs
    let base = rootfs == "/" ? "" : rootfs
    root = try Self.open(AT_FDCWD, rootfs, rootfs)
    let proc = Self.opened(AT_FDCWD, procfs ?? base + "/proc", procfs ?? "/proc")
    self.proc = proc
    if case .folder(let descriptor, _) = proc {
      isKernelOwned = isProcfs(descriptor)
    } else {
      isKernelOwned = false
    }
    sys = Self.opened(AT_FDCWD, sysfs ?? base + "/sys", sysfs ?? "/sys")
    var net = Self.opened(in: proc, "1/net")
    var initProcess = Self.opened(in: proc, "1")
    // On the host itself a hidden process 1 (hidepid) leaves this process's own view, which is the same.
    if rootfs == "/", case .missing = initProcess {
      net = Self.opened(in: proc, "self/net")
      initProcess = Self.opened(in: proc, "self")
    }
    self.net = net
    self.initProcess = initProcess
  }

  deinit {
    close(root)
    for opened in [proc, sys, net, initProcess] {
      if case .folder(let descriptor, _) = opened { close(descriptor) }
    }
  }

  func descriptor(_ place: HostRoot.Place) throws(ReadError) -> Int32 {
    guard let opened = opened(place) else { return root }
    switch opened {
    case .folder(let descriptor, _): return descriptor
    case .missing(let error): throw error
    }
  }

  /// The path on the host, for messages.
  func name(_ place: HostRoot.Place, _ path: String) -> String {
    if case .folder(_, let name)? = opened(place) { return "\(name)/\(path)" }
    return "/\(path)"
  }

  private func opened(_ place: HostRoot.Place) -> Opened? {
    switch place {
    case .root: nil
    case .proc: proc
    case .sys: sys
    case .net: net
    case .initProcess: initProcess
    }
  }

  private static func open(_ folder: Int32, _ path: String, _ name: String) throws(ReadError) -> Int32 {
    let descriptor = openat(folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { throw ReadError(code: errno, name) }
    return descriptor
  }

  private static func opened(_ folder: Int32, _ path: String, _ name: String) -> Opened {
    do throws(ReadError) {
      return .folder(try open(folder, path, name), name: name)
    } catch {
      return .missing(error)
    }
  }

  private static func opened(in proc: Opened, _ path: String) -> Opened {
    guard case .folder(let descriptor, let name) = proc else { return proc }
    return opened(descriptor, path, "\(name)/\(path)")
  }
}
