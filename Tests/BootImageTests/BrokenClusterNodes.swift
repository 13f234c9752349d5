extension BrokenFile {
  /// Cluster files with wrong nodes.
  static let clusterNodes: [BrokenFile] = [
    BrokenFile(
      "two nodes of one name",
      [.change("name: worker-2", to: "name: worker-1")],
      [
        "39:11: error: the name 'worker-1' is already that of the node in line 34"
      ]),
    BrokenFile(
      "three nodes of one name",
      [.change("name: worker-2", to: "name: master-1"), .change("name: worker-1", to: "name: master-1")],
      [
        "34:11: error: the name 'master-1' is already that of the node in line 19",
        "39:11: error: the name 'master-1' is already that of the node in line 19",
      ]),
    BrokenFile(
      "two nodes with one address",
      [.change("address: 10.20.0.22", to: "address: 10.20.0.11")],
      [
        "41:14: error: the address 10.20.0.11 is already that of the node 'master-1' in line 21"
      ]),
    BrokenFile(
      "an even number of masters",
      [.change("  - name: master-3\n    role: master", to: "  - name: master-3\n    role: worker")],
      [
        "18:1: error: 'nodes' has 2 masters: an even number survives no more failures than 1, make it odd"
      ]),
    BrokenFile(
      "no master",
      [
        .change("- name: master-1\n    role: master", to: "- name: master-1\n    role: worker"),
        .change("- name: master-2\n    role: master", to: "- name: master-2\n    role: worker"),
        .change("- name: master-3\n    role: master", to: "- name: master-3\n    role: worker"),
      ],
      [
        "18:1: error: 'nodes' has no master"
      ]),
    BrokenFile(
      "nine masters",
      [
        .add(
          "  - name: master-4\n    role: master\n    address: 10.20.0.34\n    interface: enp1s0\n  - name: master-5\n    role: master\n    address: 10.20.0.35\n    interface: enp1s0\n  - name: master-6\n    role: master\n    address: 10.20.0.36\n    interface: enp1s0\n  - name: master-7\n    role: master\n    address: 10.20.0.37\n    interface: enp1s0\n  - name: master-8\n    role: master\n    address: 10.20.0.38\n    interface: enp1s0\n  - name: master-9\n    role: master\n    address: 10.20.0.39\n    interface: enp1s0\n"
        )
      ],
      [
        "18:1: warning: 'nodes' has 9 masters: more than 7 make etcd and OpenBao slower, not safer"
      ]),
    BrokenFile(
      "a node without masters counted when its role is unknown",
      [.change("  - name: master-3\n    role: master", to: "  - name: master-3\n    role: mater")],
      [
        "30:11: error: 'role' cannot be 'mater', did you mean 'master'?"
      ]),
    BrokenFile(
      "no node at all",
      [.cut(from: "nodes:", to: nil, with: "nodes: []\n")],
      [
        "18:1: error: 'nodes' has no master"
      ]),
    BrokenFile(
      "a node's address outside the network",
      [.change("address: 10.20.0.22", to: "address: 10.20.1.22")],
      [
        "41:14: error: the address 10.20.1.22 is outside the network 10.20.0.0/24 (line 7)"
      ]),
    BrokenFile(
      "a node with the gateway's address",
      [.change("address: 10.20.0.22", to: "address: 10.20.0.1")],
      [
        "41:14: error: the address 10.20.0.1 is the gateway's (line 8)"
      ]),
    BrokenFile(
      "nodes with the network's and the broadcast address",
      [
        .change("address: 10.20.0.22", to: "address: 10.20.0.0"),
        .change("address: 10.20.0.21", to: "address: 10.20.0.255"),
      ],
      [
        "36:14: error: the address 10.20.0.255 is the network's broadcast address",
        "41:14: error: the address 10.20.0.0 is the network's own address",
      ]),
    BrokenFile(
      "a node name with a dot and an upper-case one",
      [.change("name: worker-1", to: "name: worker.1"), .change("name: worker-2", to: "name: Worker-2")],
      [
        "34:11: error: 'name' \(labelRule), not 'worker.1'",
        "39:11: error: 'name' \(labelRule), not 'Worker-2'",
      ]),
    BrokenFile(
      "a node name of 64 characters",
      [.change("name: worker-1", to: "name: \(sixtyFour)")],
      [
        "34:11: error: 'name' \(labelRule), not '\(sixtyFour)'"
      ]),
    BrokenFile(
      "a node name that makes a common name of more than 64 characters",
      [.change("name: worker-1", to: "name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")],
      [
        "34:11: warning: 'system:node:' and this name have over 64 characters, the limit of a certificate's common name (RFC 5280)"
      ]),
    BrokenFile(
      "a node name that begins with a hyphen",
      [.change("name: worker-1", to: "name: -worker")],
      [
        "34:11: error: 'name' \(labelRule), not '-worker'"
      ]),
    BrokenFile(
      "an interface of 16 characters",
      [.change("10.20.0.22\n    interface: enp1s0", to: "10.20.0.22\n    interface: enp0s31f6vlan100")],
      [
        "42:16: error: 'interface' \(interfaceRule), not 'enp0s31f6vlan100'"
      ]),
    BrokenFile(
      "an interface with a slash, and the loopback one",
      [
        .change("10.20.0.22\n    interface: enp1s0", to: "10.20.0.22\n    interface: eth/0"),
        .change("10.20.0.21\n    interface: enp1s0", to: "10.20.0.21\n    interface: lo"),
      ],
      [
        "37:16: error: 'interface' \(interfaceRule), not 'lo'",
        "42:16: error: 'interface' \(interfaceRule), not 'eth/0'",
      ]),
    BrokenFile(
      "a mirror with a space, and artifacts without a host",
      [
        .add("mirror: http://mirror.example.internal/a b\n"),
        .change("https://artifacts.example.internal/low-layer", to: "https:///low-layer"),
      ],
      [
        "15:12: error: 'artifacts' has no valid host: 'https:///low-layer'",
        "44:9: error: 'mirror' holds a character that an address cannot hold: 'http://mirror.example.internal/a b'",
      ]),
    BrokenFile(
      "a disk outside /dev, and one with '..'",
      [
        .change(
          "10.20.0.22\n    interface: enp1s0\n    disk: /dev/vda",
          to: "10.20.0.22\n    interface: enp1s0\n    disk: vda"),
        .change(
          "10.20.0.21\n    interface: enp1s0\n    disk: /dev/vda",
          to: "10.20.0.21\n    interface: enp1s0\n    disk: /dev/../etc/passwd"),
      ],
      [
        "38:11: error: 'disk' must be a device such as /dev/nvme0n1, not '/dev/../etc/passwd'",
        "43:11: error: 'disk' must be a device such as /dev/nvme0n1, not 'vda'",
      ]),
    BrokenFile(
      "a full name of more than 253 characters",
      [
        .change(
          "nodes.example.internal",
          to:
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        ), .change("name: worker-1", to: "name: worker-1234"),
      ],
      [
        "34:11: error: the full name of 'worker-1234' has more than 253 characters"
      ]),
    BrokenFile(
      "findings of every kind in one run, in the order of the text",
      [
        .change("cluster: example", to: "cluster: Example"), .change("vip: 10.20.0.10", to: "vip: 10.20.0.13"),
        .change("podCIDR: 10.128.0.0/16", to: "podCIDR: 10.96.0.0/16"), .change("name: worker-2", to: "name: worker-1"),
        .change("operator:", to: "operater:"),
      ],
      [
        "1:10: error: 'cluster' \(labelRule), not 'Example'",
        "5:8: error: the VIP 10.20.0.13 is the address of node 'master-3' (line 31)",
        "13:14: error: 'serviceCIDR' 10.96.0.0/16 overlaps 'podCIDR' 10.96.0.0/16 (line 12)",
        "16:1: error: unknown key 'operater', did you mean 'operator'?",
        "39:11: error: the name 'worker-1' is already that of the node in line 34",
      ]),
  ]
}
