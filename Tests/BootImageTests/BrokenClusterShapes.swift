extension BrokenFile {
  /// Cluster files that are no YAML, or have other keys and types than a cluster file has.
  static let clusterShapes: [BrokenFile] = [
    BrokenFile(
      "an unknown key at the top",
      [.change("podCIDR:", to: "podCidr:")],
      [
        "12:1: error: unknown key 'podCidr', did you mean 'podCIDR'?"
      ]),
    BrokenFile(
      "an unknown key that resembles nothing",
      [.add("colour: red\n")],
      [
        "44:1: error: unknown key 'colour', known here: \(clusterKeys)"
      ]),
    BrokenFile(
      "an unknown key in a node, close to a known one",
      [.change("    address: 10.20.0.12", to: "    adress: 10.20.0.12")],
      [
        "26:5: error: unknown key 'adress', did you mean 'address'?"
      ]),
    BrokenFile(
      "an unknown key in network and in controlPlane",
      [
        .change("  gateway: 10.20.0.1\n", to: "  gateway: 10.20.0.1\n  mtu: 1500\n"),
        .change("  endpoint:", to: "  endPoint:"),
      ],
      [
        "4:3: error: unknown key 'endPoint', did you mean 'endpoint'?",
        "9:3: error: unknown key 'mtu', known here: cidr, gateway, dns, ntp",
      ]),
    BrokenFile(
      "a merge key",
      [.change("  vip: 10.20.0.10\n", to: "  vip: 10.20.0.10\n  <<: {}\n")],
      [
        "6:3: error: unknown key '<<', known here: endpoint, vip"
      ]),
    BrokenFile(
      "nodes as a mapping",
      [.cut(from: "nodes:", to: nil, with: "nodes:\n  master-1: {role: master}\n")],
      [
        "19:3: error: 'nodes' must be a list, not a mapping"
      ]),
    BrokenFile(
      "a text instead of a mapping, a mapping instead of a text",
      [
        .change(
          "controlPlane:\n  endpoint: api.example.internal:6443\n  vip: 10.20.0.10\n",
          to: "controlPlane: api.example.internal\n"), .change("cluster: example", to: "cluster: {name: example}"),
      ],
      [
        "1:10: error: 'cluster' must be a single value, not a mapping",
        "3:15: error: 'controlPlane' must be a mapping, not a single value",
      ]),
    BrokenFile(
      "a single name server instead of a list",
      [.change("  dns:\n    - 10.20.0.2\n    - 10.20.0.3\n", to: "  dns: 10.20.0.2\n")],
      [
        "9:8: error: 'dns' must be a list, not a single value"
      ]),
    BrokenFile(
      "a node that is only a name",
      [.add("  - worker-3\n")],
      [
        "44:5: error: item 6 of 'nodes' must be a mapping, not a single value"
      ]),
    BrokenFile(
      "every key missing",
      [.cut(from: "domain:", to: nil, with: "")],
      [
        "1:1: error: the file lacks 'controlPlane'",
        "1:1: error: the file lacks 'domain'",
        "1:1: error: the file lacks 'network'",
        "1:1: error: the file lacks 'nodes'",
        "1:1: error: the file lacks 'podCIDR'",
        "1:1: error: the file lacks 'serviceCIDR'",
      ]),
    BrokenFile(
      "a missing VIP",
      [.drop("vip:")],
      [
        "3:1: error: 'controlPlane' lacks 'vip'"
      ]),
    BrokenFile(
      "a missing address, role, name and interface",
      [.cut(from: "  - name: worker-2", to: nil, with: "  - disk: /dev/vda\n")],
      [
        "39:5: error: item 5 of 'nodes' lacks 'address'",
        "39:5: error: item 5 of 'nodes' lacks 'interface'",
        "39:5: error: item 5 of 'nodes' lacks 'name'",
        "39:5: error: item 5 of 'nodes' lacks 'role'",
      ]),
    BrokenFile(
      "keys without a value",
      [.change("  vip: 10.20.0.10", to: "  vip:"), .change("domain: nodes.example.internal", to: "domain: ~")],
      [
        "2:9: error: 'domain' has no value",
        "5:7: error: 'vip' has no value",
      ]),
    BrokenFile(
      "an empty text",
      [.change("cluster: example", to: "cluster: \"\"")],
      [
        "1:10: error: 'cluster' \(labelRule), not ''"
      ]),
    BrokenFile(
      "a duplicate key",
      [.change("  vip: 10.20.0.10\n", to: "  vip: 10.20.0.10\n  vip: 10.20.0.9\n")],
      [
        "6:3: error: the key 'vip' stands twice in this mapping, first in line 5"
      ]),
    BrokenFile(
      "two duplicate keys, and the other findings with them",
      [
        .change(
          "podCIDR: 10.128.0.0/16\n", to: "podCIDR: 10.128.0.0/16\npodCIDR: 10.129.0.0/16\n\"podCIDR\": 10.130.0.0/16\n"
        ), .change("    address: 10.20.0.22", to: "    address: 10.20.0.22\n    address: 10.20.0.23"),
        .change("cluster: example", to: "cluster: Example"),
      ],
      [
        "1:10: error: 'cluster' \(labelRule), not 'Example'",
        "13:1: error: the key 'podCIDR' stands twice in this mapping, first in line 12",
        "14:1: error: the key 'podCIDR' stands twice in this mapping, first in line 12",
        "44:5: error: the key 'address' stands twice in this mapping, first in line 43",
      ]),
    BrokenFile(
      "a duplicate key inside a flow mapping",
      [.add("  - {name: w-3, name: w-4, role: worker, address: 10.20.0.23, interface: eth0}\n")],
      [
        "44:17: error: the key 'name' stands twice in this mapping, first in line 44"
      ]),
    BrokenFile(
      "a tab as indentation",
      [.change("  vip:", to: "\tvip:")],
      [
        "5:1: error: not YAML: a tab cannot indent, use spaces"
      ]),
    BrokenFile(
      "wrong indentation",
      [.change("  vip:", to: "   vip:")],
      [
        "5:7: error: not YAML: a key cannot stand here, \(indentHint)"
      ]),
    BrokenFile(
      "a value with a colon and no quotes",
      [.change("cluster: example", to: "cluster: my: example")],
      [
        "1:12: error: not YAML: a key cannot stand here, \(indentHint)"
      ]),
    BrokenFile(
      "a quote that is never closed",
      [.change("cluster: example", to: "cluster: \"example")],
      [
        "1:10: error: not YAML: the quotes are never closed"
      ]),
    BrokenFile(
      "an alias of nothing",
      [.change("  vip: 10.20.0.10", to: "  vip: *vip")],
      [
        "5:8: error: not YAML: found undefined alias"
      ]),
    BrokenFile(
      "a tag",
      [.change("cluster: example", to: "cluster: !secret example")],
      [
        "1:10: error: 'cluster' has the tag '!secret', which is not read"
      ]),
    BrokenFile(
      "a value that needs quotes",
      [.change("cluster: example", to: "cluster: @example")],
      [
        "1:10: error: a value that begins with '@' needs quotes"
      ]),
    BrokenFile(
      "a second document",
      [.add("---\ncluster: other\n")],
      [
        "45:1: error: the file has a second document, only one is read"
      ]),
  ]
}
