import BootImage

extension BrokenFile {
  /// Image files with wrong options.
  static let imageOptions: [BrokenFile] = [
    BrokenFile(
      "no update strategy at all", role: .master,
      [.cut(from: "zincati:", to: "disk:\n", with: "")],
      [
        "1:1: error: the file lacks 'zincati': without a choice Zincati reboots a node at once"
      ]),
    BrokenFile(
      "a zincati without a strategy", role: .worker,
      [.drop("strategy: periodic")],
      [
        "33:1: error: 'zincati' lacks 'strategy': without a choice Zincati reboots a node at once"
      ]),
    BrokenFile(
      "an unknown zincati strategy", role: .worker,
      [.change("strategy: periodic", to: "strategy: fleetlock")],
      [
        "34:13: error: 'strategy' cannot be 'fleetlock', did you mean 'fleet_lock'?"
      ]),
    BrokenFile(
      "windows with another strategy, a FleetLock without a server", role: .worker,
      [.change("strategy: periodic", to: "strategy: fleet_lock")],
      [
        "33:1: error: 'zincati' lacks 'baseURL'",
        "35:3: error: 'windows' belongs to the strategy periodic",
      ]),
    BrokenFile(
      "a server that the strategy does not use", role: .master,
      [.change("strategy: disabled", to: "strategy: immediate\n  baseURL: https://lock.example")],
      [
        "75:3: error: 'baseURL' belongs to the strategy fleet_lock"
      ]),
    BrokenFile(
      "a FleetLock server without TLS", role: .master,
      [.change("strategy: disabled", to: "strategy: fleet_lock\n  baseURL: http://lock.example/v1")],
      [
        "75:12: warning: the FleetLock server is asked without TLS"
      ]),
    BrokenFile(
      "no windows", role: .worker,
      [.cut(from: "  windows:", to: "disk:\n", with: "  windows: []\n")],
      [
        "35:12: error: 'windows' is empty: nodes would never reboot into an update"
      ]),
    BrokenFile(
      "malformed windows", role: .worker,
      [
        .change("days: [Sat, Sun]", to: "days: [Saturday, Sun, Sun]"), .change("start: 23:30", to: "start: 24:00"),
        .change("lengthMinutes: 60", to: "lengthMinutes: 1441"),
      ],
      [
        "36:14: error: item 1 of 'days' cannot be 'Saturday', known here: Mon, Tue, Wed, Thu, Fri, Sat, Sun",
        "36:29: warning: Sun stands twice",
        "37:14: error: 'start' must be a time of day in UTC such as 23:30, not '24:00'",
        "38:22: error: 'lengthMinutes' must be a whole number from 1 to 1440, not '1441'",
      ]),
    BrokenFile(
      "a window without days and start", role: .worker,
      [
        .change(
          "    - days: [Sat, Sun]\n      start: 23:30\n      lengthMinutes: 60", to: "    - lengthMinutes: one hour")
      ],
      [
        "36:7: error: item 1 of 'windows' lacks 'days'",
        "36:7: error: item 1 of 'windows' lacks 'start'",
        "36:22: error: 'lengthMinutes' must be a whole number from 1 to 1440, not 'one hour'",
      ]),
    BrokenFile(
      "an unknown encryption", role: .worker,
      [.change("encryption: tpm2", to: "encryption: tpm")],
      [
        "40:15: error: 'encryption' cannot be 'tpm', did you mean 'tpm2'?"
      ]),
    BrokenFile(
      "a root partition that is too small", role: .worker,
      [.change("rootMiB: 16384", to: "rootMiB: 4096")],
      [
        "41:12: error: 'rootMiB' must be at least 8192 for Fedora CoreOS, not 4096"
      ]),
    BrokenFile(
      "a root partition in words and hexadecimal", role: .worker,
      [.change("rootMiB: 16384", to: "rootMiB: 0x4000"), .change("maxPods: 110", to: "maxPods: many")],
      [
        "41:12: error: 'rootMiB' must be a whole number from 1 to 16777216, not '0x4000'",
        "43:12: error: 'maxPods' must be a whole number from 1 to 1000, not 'many'",
      ]),
    BrokenFile(
      "no disk options", role: .worker,
      [.cut(from: "disk:\n", to: "kubelet:\n", with: "")],
      [
        "1:1: error: the file lacks 'disk'"
      ]),
    BrokenFile(
      "pods beyond a node's addresses", role: .worker,
      [.change("maxPods: 110", to: "maxPods: 500")],
      [
        "43:12: warning: 'maxPods' 500: a node has 254 addresses for pods (a /24)"
      ]),
    BrokenFile(
      "reserved resources that are none", role: .worker,
      [
        .change("cpu: 500m", to: "cpu: 2 cores"), .change("memory: 1Gi", to: "memory: 100m"),
        .change("ephemeral-storage: 2Gi", to: "disk: 2Gi"),
      ],
      [
        "45:10: error: 'cpu' must be CPUs such as 500m or 2, not '2 cores'",
        "46:13: error: 'memory' must be bytes such as 512Mi or 2Gi, not '100m'",
        "47:5: error: unknown key 'disk', known here: cpu, memory, ephemeral-storage",
      ]),
    BrokenFile(
      "labels that a kubelet may not set", role: .worker,
      [
        .change(
          "    pool: general",
          to:
            "    node-role.kubernetes.io/worker: \"\"\n    example.kubernetes.io/x: y\n    node-restriction.kubernetes.io/z: a\n    topology.kubernetes.io/zone: a\n    node.kubernetes.io/speed: fast"
        )
      ],
      [
        "49:5: error: the label 'node-role.kubernetes.io/worker' cannot be set by a kubelet (NodeRestriction): the role's label comes with the add-ons",
        "50:5: error: the label 'example.kubernetes.io/x' cannot be set by a kubelet (NodeRestriction)",
        "51:5: error: the label 'node-restriction.kubernetes.io/z' cannot be set by a kubelet (NodeRestriction)",
      ]),
    BrokenFile(
      "labels that are none", role: .worker,
      [
        .change(
          "    pool: general",
          to: "    -pool: general\n    a/b/c: x\n    Example.com/pool: y\n    colour: \"light blue\"")
      ],
      [
        "49:5: error: '-pool' is not a label: [PREFIX/]NAME, the name at most 63 letters, digits, '-', '_' and '.'",
        "50:5: error: 'a/b/c' is not a label: [PREFIX/]NAME, the name at most 63 letters, digits, '-', '_' and '.'",
        "51:5: error: the label 'Example.com/pool' has a prefix that is not a DNS name",
        "52:13: error: 'colour' must be a label's value (at most 63 letters, digits, '-', '_' and '.'), not 'light blue'",
      ]),
    BrokenFile(
      "a sysext without a hash, with an unknown and an image component", role: .worker,
      [
        .change(
          "sysexts: []\n",
          to:
            "sysexts:\n  - name: kubernetes\n    url: https://a.example/kubernetes.raw\n    provides: [kubelt, pause]\n"
        )
      ],
      [
        "33:5: error: item 1 of 'sysexts' lacks 'sha256' or 'sha512': no file is taken without a hash",
        "35:16: error: item 1 of 'provides' cannot be 'kubelt', did you mean 'kubelet'?",
        "35:24: error: a sysext cannot provide pause, which is a container image",
      ]),
    BrokenFile(
      "a sysext that provides what is pinned as well", role: .worker,
      [
        .change(
          "sysexts: []\n",
          to:
            "sysexts:\n  - name: kubernetes\n    url: https://a.example/kubernetes.raw\n    sha256: \(hash)\n    provides: [kubelet]\n"
        )
      ],
      [
        "13:3: warning: kubelet is not downloaded: the sysext 'kubernetes' provides it"
      ]),
    BrokenFile(
      "two sysexts of one name that provide the same", role: .worker,
      [
        .change(
          "sysexts: []\n",
          to:
            "sysexts:\n  - name: kubernetes\n    url: https://a.example/kubernetes.raw\n    sha256: \(hash)\n    provides: [crictl]\n  - name: kubernetes\n    url: https://a.example/kubernetes.raw\n    sha256: \(hash)\n    provides: [crictl]\n"
        )
      ],
      [
        "21:3: warning: crictl is not downloaded: the sysext 'kubernetes' provides it",
        "37:11: error: the name 'kubernetes' is already that of the sysext in line 33",
        "40:16: error: crictl is already provided by the sysext 'kubernetes'",
      ]),
    BrokenFile(
      "a sysext with a path for a name", role: .worker,
      [
        .change(
          "sysexts: []\n",
          to:
            "sysexts:\n  - name: a/b.raw\n    url: http://a.example/kubernetes.raw\n    sha256: \(hash)\n    provides: []\n"
        )
      ],
      [
        "33:11: error: 'name' must be a file name without '.raw' (letters, digits, '.', '_', '+', '-'), not 'a/b.raw'",
        "34:10: error: 'url' must be https, not 'http://a.example/kubernetes.raw'",
      ]),
    BrokenFile(
      "an unknown key in a pin, in os and in kubelet", role: .worker,
      [
        .change("    version: 2.6.2\n", to: "    version: 2.6.2\n    tag: x\n"),
        .change("  version: 44.20260707.3.1\n", to: "  version: 44.20260707.3.1\n  stream: stable\n"),
        .change("  maxPods:", to: "  maxpods:"),
      ],
      [
        "4:3: error: unknown key 'stream', known here: version",
        "10:5: error: unknown key 'tag', known here: version, image, url, sha256, sha512",
        "45:3: error: unknown key 'maxpods', did you mean 'maxPods'?",
      ]),
    BrokenFile(
      "components as a list", role: .worker,
      [.cut(from: "components:", to: "sysexts:", with: "components: [openbao]\n")],
      [
        "6:13: error: 'components' must be a mapping, not a list"
      ]),
  ]
}
