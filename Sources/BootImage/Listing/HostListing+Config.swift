import Diagnostics
public import Ignition

extension HostListing {
  /// What `config` does to a host.
  public init(_ config: IgnitionConfig) {
    let all =
      Self.sources(config.ignition) + [Self.kernelArguments(config.kernelArguments)] + Self.accounts(config.passwd)
      + Self.disks(config.storage) + Self.nodes(config.storage) + [Self.units(config.systemd)]
    sections = all.filter { !$0.entries.isEmpty }
  }

  private static func sources(_ ignition: IgnitionConfig.Ignition) -> [Section] {
    func entry(_ resource: IgnitionConfig.Resource, _ use: String) -> Entry? {
      guard let source = resource.source else { return nil }
      let members: [JSONText.Member] = [
        .init("use", .string(use)), .init("hash", resource.verification.hash.map { .string($0) } ?? .null),
      ]
      guard resource.isInline else { return Entry(source, cells: [use], members: members) }
      do throws(DataURLError) {
        let bytes = try resource.inlineBytes()
        return Entry(
          "in the config itself, \(bytes.count) bytes", cells: [use], members: members,
          contents: [Content(label: "", path: "", bytes: bytes)])
      } catch {
        return Entry(
          "in the config itself", cells: [use], members: members, elsewhere: ["cannot be unpacked: \(error)"])
      }
    }
    let configs =
      ignition.config.merge.compactMap { entry($0, "merge") }
      + [entry(ignition.config.replace, "replace")].compactMap { $0 }
    let authorities = ignition.security.tls.certificateAuthorities.compactMap { entry($0, "certificate authority") }
    let proxies = [("http", ignition.proxy.httpProxy), ("https", ignition.proxy.httpsProxy)].compactMap { kind, url in
      url.map { Entry($0, cells: [kind], members: [.init("use", .string(kind))]) }
    }
    return [
      Section(title: "other configs", key: "configs", entries: configs),
      Section(title: "certificate authorities for fetching", key: "certificateAuthorities", entries: authorities),
      Section(title: "proxies for fetching", key: "proxies", entries: proxies),
    ]
  }

  private static func kernelArguments(_ arguments: IgnitionConfig.KernelArguments) -> Section {
    func entries(_ list: [String], _ state: String, _ isThere: Bool) -> [Entry] {
      list.map { Entry($0, cells: [state], members: [.init("shouldExist", .boolean(isThere))]) }
    }
    return Section(
      title: "kernel arguments", key: "kernelArguments",
      entries: entries(arguments.shouldExist, "there", true)
        + entries(arguments.shouldNotExist, "removed", false))
  }

  private static func accounts(_ passwd: IgnitionConfig.Passwd) -> [Section] {
    let users = passwd.users.map { user in
      let keys = user.sshAuthorizedKeys.count
      let groups = user.groups.joined(separator: ",")
      return Entry(
        user.name,
        cells: [
          user.shouldExist == false ? "removed" : "there", user.uid.map { String($0) } ?? "any uid",
          keys == 1 ? "1 SSH key" : "\(keys) SSH keys", user.passwordHash == nil ? "no password" : "a password",
          groups.isEmpty ? "no further groups" : "also in \(groups)",
        ],
        members: [
          .init("shouldExist", .boolean(user.shouldExist ?? true)),
          .init("uid", user.uid.map { .integer($0) } ?? .null),
          .init("sshAuthorizedKeys", .integer(keys)), .init("password", .boolean(user.passwordHash != nil)),
          .init("groups", .array(user.groups.map { .string($0) })),
          .init("homeDir", user.homeDir.map { .string($0) } ?? .null),
          .init("shell", user.shell.map { .string($0) } ?? .null),
        ])
    }
    let groups = passwd.groups.map { group in
      Entry(
        group.name,
        cells: [group.shouldExist == false ? "removed" : "there", group.gid.map { String($0) } ?? "any gid"],
        members: [
          .init("shouldExist", .boolean(group.shouldExist ?? true)),
          .init("gid", group.gid.map { .integer($0) } ?? .null),
        ])
    }
    return [
      Section(title: "users", key: "users", entries: users), Section(title: "groups", key: "groups", entries: groups),
    ]
  }

  private static func units(_ systemd: IgnitionConfig.Systemd) -> Section {
    let entries = systemd.units.map { unit in
      let state = unit.mask == true ? "masked" : unit.enabled.map { $0 ? "enabled" : "disabled" } ?? "as preset"
      let file = "\(unitFolder)/\(unit.name)"
      var contents = unit.contents.map { [Content(label: "", path: file, bytes: Array($0.utf8))] } ?? []
      for dropin in unit.dropins {
        contents.append(
          Content(label: dropin.name, path: "\(file).d/\(dropin.name)", bytes: Array((dropin.contents ?? "").utf8)))
      }
      let dropins = unit.dropins.map(\.name)
      return Entry(
        unit.name,
        cells: [
          state, unit.contents == nil ? "not written" : "written",
          dropins.isEmpty ? "" : dropins.count == 1 ? "1 drop-in" : "\(dropins.count) drop-ins",
        ],
        members: [
          .init("state", .string(state)),
          .init("written", .boolean(unit.contents != nil)), .init("dropins", .array(dropins.map { .string($0) })),
        ], contents: contents)
    }
    return Section(title: "units", key: "units", entries: entries)
  }
}
