import Ignition

/// A config with every member of the specification set, once.
enum Samples {
  static let whole = IgnitionConfig(
    ignition: .init(
      config: .init(
        merge: [
          .init(
            source: "https://config.example/a.ign", compression: "gzip",
            httpHeaders: [.init(name: "Authorization", value: "Bearer x"), .init(name: "X-Gone")],
            verification: .init(hash: "sha256-" + String(repeating: "a", count: 64)))
        ], replace: .init(source: "gs://bucket/replace.ign")),
      timeouts: .init(httpResponseHeaders: 20, httpTotal: 0),
      security: .init(tls: .init(certificateAuthorities: [.init(inline: "-----BEGIN CERTIFICATE-----\n")])),
      proxy: .init(httpProxy: "http://proxy.example", httpsProxy: "https://proxy.example", noProxy: ["10.0.0.0/8"])),
    kernelArguments: .init(shouldExist: ["quiet splash"], shouldNotExist: ["rhgb"]),
    passwd: .init(
      users: [
        .init(
          name: "core", passwordHash: "$y$x", sshAuthorizedKeys: ["ssh-ed25519 A \"me\"", "ssh-ed25519 B"], uid: 1000,
          gecos: "Core \\ User", homeDir: "/var/home/core", noCreateHome: false, primaryGroup: "core",
          groups: ["wheel"], noUserGroup: true, noLogInit: true, shell: "/bin/bash", shouldExist: true, system: false)
      ], groups: [.init(name: "core", gid: 1000, passwordHash: "!", shouldExist: true, system: true)]),
    storage: .init(
      disks: [
        .init(
          device: "/dev/vda", wipeTable: true,
          partitions: [
            .init(
              label: "root", number: 1, sizeMiB: 100, startMiB: 1,
              typeGuid: "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709", guid: "01234567-89AB-CDEF-EDCB-A98765432101",
              wipePartitionEntry: true, shouldExist: true, resize: true)
          ])
      ],
      raid: [.init(name: "md", level: "raid1", devices: ["/dev/vdb", "/dev/vdc"], spares: 0, options: ["-x"])],
      luks: [
        .init(
          name: "tpm", device: "/dev/vdd", keyFile: .init(inline: "key"), label: "L", uuid: "U", options: ["--a"],
          discard: true, openOptions: ["--b"], wipeVolume: true,
          clevis: .init(
            tang: [.init(url: "https://tang.example", thumbprint: "t", advertisement: "{}")], tpm2: true,
            threshold: 2)),
        .init(
          name: "own", device: "/dev/vde",
          clevis: .init(custom: .init(pin: "tang", config: "{}", needsNetwork: true))),
        .init(name: "card", device: "/dev/vdf", cex: .init(enabled: true)),
      ],
      filesystems: [
        .init(
          device: "/dev/vdg", format: "xfs", path: "/var", wipeFilesystem: true, label: "var", uuid: "u",
          options: ["-f"], mountOptions: ["noatime"])
      ],
      files: [
        .init(
          path: "/etc/hosts", mode: 0o4644, overwrite: true, user: .init(id: 0), group: .init(name: "root"),
          contents: .init(inline: "127.0.0.1 localhost\n"), append: [.init(inline: "é \u{1} \u{7F}\t\u{8}\u{C}\r\"\\")])
      ],
      directories: [
        .init(path: "/var/lib/x", mode: 0o1777, overwrite: false, user: .init(name: "core"), group: .init(id: 5))
      ],
      links: [
        .init(
          path: "/etc/l", target: "/etc/hosts", hard: false, overwrite: true, user: .init(id: 1), group: .init(id: 2))
      ]),
    systemd: .init(units: [
      .init(
        name: "a.service", enabled: true, mask: false, contents: "[Service]\nExecStart=/a\n[Install]\nWantedBy=b\n",
        dropins: [.init(name: "10.conf", contents: "[Service]\nRestart=always\n")])
    ]))
}
