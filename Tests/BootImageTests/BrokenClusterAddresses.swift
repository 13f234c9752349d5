extension BrokenFile {
  /// Cluster files with wrong names, ranges and addresses.
  static let clusterAddresses: [BrokenFile] = [
    BrokenFile(
      "an upper-case cluster name",
      [.change("cluster: example", to: "cluster: Example")],
      [
        "1:10: error: 'cluster' \(labelRule), not 'Example'"
      ]),
    BrokenFile(
      "a cluster name of 64 characters",
      [.change("cluster: example", to: "cluster: \(sixtyFour)")],
      [
        "1:10: error: 'cluster' \(labelRule), not '\(sixtyFour)'"
      ]),
    BrokenFile(
      "a domain with an underscore",
      [.change("nodes.example.internal", to: "nodes_example.internal")],
      [
        "2:9: error: 'domain' \(domainRule), not 'nodes_example.internal'"
      ]),
    BrokenFile(
      "a domain with an empty label",
      [.change("nodes.example.internal", to: "nodes..internal")],
      [
        "2:9: error: 'domain' \(domainRule), not 'nodes..internal'"
      ]),
    BrokenFile(
      "the nodes' domain is that of Services",
      [.change("nodes.example.internal", to: "cluster.local")],
      [
        "2:9: error: 'domain' is the domain of Services (clusterDomain): nodes and Services need different ones"
      ]),
    BrokenFile(
      "an endpoint without a port",
      [.change("api.example.internal:6443", to: "api.example.internal")],
      [
        "4:13: error: 'endpoint' must be HOST:PORT with a DNS name or an IPv4 address, not 'api.example.internal'"
      ]),
    BrokenFile(
      "an endpoint with port 0",
      [.change("api.example.internal:6443", to: "api.example.internal:0")],
      [
        "4:13: error: 'endpoint' must be HOST:PORT with a DNS name or an IPv4 address: its port is no number from 1 to 65535"
      ]),
    BrokenFile(
      "an endpoint as a URL",
      [.change("api.example.internal:6443", to: "https://api.example.internal:6443")],
      [
        "4:13: error: 'endpoint' must be HOST:PORT with a DNS name or an IPv4 address, not 'https://api.example.internal:6443'"
      ]),
    BrokenFile(
      "an IPv6 endpoint",
      [.change("api.example.internal:6443", to: "\"[::1]:6443\"")],
      [
        "4:13: error: 'endpoint' must be HOST:PORT with a DNS name or an IPv4 address, not '[::1]:6443'"
      ]),
    BrokenFile(
      "an endpoint with an octet over 255",
      [.change("api.example.internal:6443", to: "10.20.0.256:6443")],
      [
        "4:13: error: 'endpoint' must be HOST:PORT with a DNS name or an IPv4 address, not '10.20.0.256:6443'"
      ]),
    BrokenFile(
      "a VIP outside the network",
      [.change("vip: 10.20.0.10", to: "vip: 10.21.0.10")],
      [
        "5:8: error: the VIP 10.21.0.10 is outside the network 10.20.0.0/24 (line 7)"
      ]),
    BrokenFile(
      "a VIP that is the gateway",
      [.change("vip: 10.20.0.10", to: "vip: 10.20.0.1")],
      [
        "5:8: error: the VIP 10.20.0.1 is the gateway's address (line 8)"
      ]),
    BrokenFile(
      "a VIP that is a node's address",
      [.change("vip: 10.20.0.10", to: "vip: 10.20.0.13")],
      [
        "5:8: error: the VIP 10.20.0.13 is the address of node 'master-3' (line 31)"
      ]),
    BrokenFile(
      "a VIP that is the broadcast address",
      [.change("vip: 10.20.0.10", to: "vip: 10.20.0.255")],
      [
        "5:8: error: the VIP 10.20.0.255 is the network's broadcast address"
      ]),
    BrokenFile(
      "a VIP that is no address",
      [.change("vip: 10.20.0.10", to: "vip: 10.20.0.010")],
      [
        "5:8: error: 'vip' must be an IPv4 address, not '10.20.0.010'"
      ]),
    BrokenFile(
      "a VIP with an octet missing",
      [.change("vip: 10.20.0.10", to: "vip: 10.20.10")],
      [
        "5:8: error: 'vip' must be an IPv4 address, not '10.20.10'"
      ]),
    BrokenFile(
      "a network with host bits",
      [.change("cidr: 10.20.0.0/24", to: "cidr: 10.20.0.1/24")],
      [
        "7:9: error: 'cidr' has host bits set: '10.20.0.1/24', the range is 10.20.0.0/24"
      ]),
    BrokenFile(
      "a network without a length",
      [.change("cidr: 10.20.0.0/24", to: "cidr: 10.20.0.0")],
      [
        "7:9: error: 'cidr' must be an IPv4 range such as 10.0.0.0/24, not '10.20.0.0'"
      ]),
    BrokenFile(
      "a network with a length of 33",
      [.change("cidr: 10.20.0.0/24", to: "cidr: 10.20.0.0/33")],
      [
        "7:9: error: 'cidr' must be an IPv4 range such as 10.0.0.0/24, not '10.20.0.0/33'"
      ]),
    BrokenFile(
      "a network of one address",
      [.change("cidr: 10.20.0.0/24", to: "cidr: 10.20.0.10/32")],
      [
        "7:9: error: 'cidr' 10.20.0.10/32 has no room for nodes, a gateway and a VIP",
        "8:12: error: the gateway 10.20.0.1 is outside the network 10.20.0.10/32 (line 7)",
        "21:14: error: the address 10.20.0.11 is outside the network 10.20.0.10/32 (line 7)",
        "26:14: error: the address 10.20.0.12 is outside the network 10.20.0.10/32 (line 7)",
        "31:14: error: the address 10.20.0.13 is outside the network 10.20.0.10/32 (line 7)",
        "36:14: error: the address 10.20.0.21 is outside the network 10.20.0.10/32 (line 7)",
        "41:14: error: the address 10.20.0.22 is outside the network 10.20.0.10/32 (line 7)",
      ]),
    BrokenFile(
      "a network that leaves nodes outside",
      [.change("cidr: 10.20.0.0/24", to: "cidr: 10.20.0.0/28")],
      [
        "36:14: error: the address 10.20.0.21 is outside the network 10.20.0.0/28 (line 7)",
        "41:14: error: the address 10.20.0.22 is outside the network 10.20.0.0/28 (line 7)",
      ]),
    BrokenFile(
      "a loopback network",
      [.change("cidr: 10.20.0.0/24", to: "cidr: 127.0.0.0/8")],
      [
        "5:8: error: the VIP 10.20.0.10 is outside the network 127.0.0.0/8 (line 7)",
        "7:9: error: 'cidr' 127.0.0.0/8 reaches into 127.0.0.0/8 (loopback)",
        "8:12: error: the gateway 10.20.0.1 is outside the network 127.0.0.0/8 (line 7)",
        "21:14: error: the address 10.20.0.11 is outside the network 127.0.0.0/8 (line 7)",
        "26:14: error: the address 10.20.0.12 is outside the network 127.0.0.0/8 (line 7)",
        "31:14: error: the address 10.20.0.13 is outside the network 127.0.0.0/8 (line 7)",
        "36:14: error: the address 10.20.0.21 is outside the network 127.0.0.0/8 (line 7)",
        "41:14: error: the address 10.20.0.22 is outside the network 127.0.0.0/8 (line 7)",
      ]),
    BrokenFile(
      "a gateway outside the network",
      [.change("gateway: 10.20.0.1", to: "gateway: 10.20.1.1")],
      [
        "8:12: error: the gateway 10.20.1.1 is outside the network 10.20.0.0/24 (line 7)"
      ]),
    BrokenFile(
      "a gateway that is the network's address",
      [.change("gateway: 10.20.0.1", to: "gateway: 10.20.0.0")],
      [
        "8:12: error: the gateway 10.20.0.0 is the network's own address"
      ]),
    BrokenFile(
      "name servers: none",
      [.change("  dns:\n    - 10.20.0.2\n    - 10.20.0.3\n", to: "  dns: []\n")],
      [
        "9:8: warning: 'dns' is empty: nodes resolve no name"
      ]),
    BrokenFile(
      "name servers: wrong, twice, loopback, too many",
      [.change("    - 10.20.0.3\n", to: "    - 10.20.0.2\n    - dns.example\n    - 127.0.0.53\n")],
      [
        "9:3: warning: 'dns' has 4 name servers: kubelet passes only 3 on to pods",
        "11:7: warning: the name server 10.20.0.2 stands twice",
        "12:7: error: item 3 of 'dns' must be an IPv4 address, not 'dns.example'",
        "13:7: error: the name server 127.0.0.53 is in 127.0.0.0/8 (loopback), which pods cannot reach",
      ]),
    BrokenFile(
      "overlapping pod and service ranges",
      [.change("podCIDR: 10.128.0.0/16", to: "podCIDR: 10.96.0.0/14")],
      [
        "13:14: error: 'serviceCIDR' 10.96.0.0/16 overlaps 'podCIDR' 10.96.0.0/14 (line 12)"
      ]),
    BrokenFile(
      "a pod range that contains the nodes' network",
      [.change("podCIDR: 10.128.0.0/16", to: "podCIDR: 10.20.0.0/16")],
      [
        "12:10: error: 'podCIDR' 10.20.0.0/16 overlaps the nodes' network 10.20.0.0/24 (line 7)"
      ]),
    BrokenFile(
      "a service range inside the nodes' network and the pods'",
      [
        .change("cidr: 10.20.0.0/24", to: "cidr: 10.20.0.0/16"),
        .change("podCIDR: 10.128.0.0/16", to: "podCIDR: 10.16.0.0/12"),
        .change("serviceCIDR: 10.96.0.0/16", to: "serviceCIDR: 10.20.8.0/24"),
      ],
      [
        "12:10: error: 'podCIDR' 10.16.0.0/12 overlaps the nodes' network 10.20.0.0/16 (line 7)",
        "13:14: error: 'serviceCIDR' 10.20.8.0/24 overlaps 'podCIDR' 10.16.0.0/12 (line 12)",
        "13:14: error: 'serviceCIDR' 10.20.8.0/24 overlaps the nodes' network 10.20.0.0/16 (line 7)",
      ]),
    BrokenFile(
      "a pod range with too few /24",
      [.change("podCIDR: 10.128.0.0/16", to: "podCIDR: 10.128.0.0/22")],
      [
        "12:10: error: 'podCIDR' 10.128.0.0/22 has room for 4 nodes (a /24 each), the file has 5"
      ]),
    BrokenFile(
      "a pod range smaller than a /24",
      [.change("podCIDR: 10.128.0.0/16", to: "podCIDR: 10.128.0.0/25")],
      [
        "12:10: error: 'podCIDR' 10.128.0.0/25 has room for 0 nodes (a /24 each), the file has 5"
      ]),
    BrokenFile(
      "a pod range larger than kube-controller-manager takes",
      [.change("podCIDR: 10.128.0.0/16", to: "podCIDR: 128.0.0.0/7")],
      [
        "12:10: error: 'podCIDR' must be /8 or smaller, not 128.0.0.0/7: kube-controller-manager takes no larger one"
      ]),
    BrokenFile(
      "a service range larger than kube-apiserver takes",
      [.change("serviceCIDR: 10.96.0.0/16", to: "serviceCIDR: 10.96.0.0/11")],
      [
        "13:14: error: 'serviceCIDR' must be between /12 and /28, not 10.96.0.0/11: \(serviceHint)"
      ]),
    BrokenFile(
      "a service range without a tenth address",
      [.change("serviceCIDR: 10.96.0.0/16", to: "serviceCIDR: 10.96.0.0/29")],
      [
        "13:14: error: 'serviceCIDR' must be between /12 and /28, not 10.96.0.0/29: \(serviceHint)"
      ]),
    BrokenFile(
      "a mirror that is no web address",
      [.add("mirror: mirror.example.internal\n")],
      [
        "44:9: error: 'mirror' must be an address that begins with https:// or http://, not 'mirror.example.internal'"
      ]),
    BrokenFile(
      "a mirror below a path of its host",
      [.add("mirror: https://mirror.example.internal/low-layer/\n")],
      [
        "44:9: error: 'mirror' must be an address without a path: images are served below its /v2: 'https://mirror.example.internal/low-layer/'"
      ]),
    BrokenFile(
      "a mirror with a query",
      [.add("mirror: http://mirror.example.internal/?a=b\n")],
      [
        "44:9: error: 'mirror' must not have a query: a signature or a password in it would stand in every node's config"
      ]),
    BrokenFile(
      "artifacts with a password in the address",
      [.change("https://artifacts.example", to: "https://me:secret@artifacts.example")],
      [
        "15:12: error: 'artifacts' must not hold a user or a password: every node's config shows it"
      ]),
    BrokenFile(
      "artifacts by ftp",
      [.change("https://artifacts.example", to: "ftp://artifacts.example")],
      [
        "15:12: error: 'artifacts' must be an address that begins with https:// or http://, not 'ftp://artifacts.example.internal/low-layer'"
      ]),
    BrokenFile(
      "an operator without a port",
      [.change("ll-operator.example.internal:8443", to: "ll-operator")],
      [
        "16:11: error: 'operator' must be HOST:PORT with a DNS name or an IPv4 address, not 'll-operator'"
      ]),
    BrokenFile(
      "an SSH key without its type",
      [
        .change(
          "sshAuthorizedKeys: []",
          to: "sshAuthorizedKeys:\n  - AAAAC3NzaC1lZDI1NTE5AAAAIGxvd2xheWVyLWV4YW1wbGUta2V5LW5vdC1yZWFs")
      ],
      [
        "18:5: error: item 1 of 'sshAuthorizedKeys' must begin with a key type: ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-rsa, sk-ssh-ed25519@openssh.com, sk-ecdsa-sha2-nistp256@openssh.com"
      ]),
    BrokenFile(
      "an SSH key that is cut off",
      [.change("sshAuthorizedKeys: []", to: "sshAuthorizedKeys:\n  - ssh-ed25519 AAAAC3NzaC1lZDI1 me@desk")],
      [
        "18:5: error: item 1 of 'sshAuthorizedKeys' is damaged: its base64 part is not a key of type ssh-ed25519"
      ]),
    BrokenFile(
      "an SSH key of another type than it says",
      [
        .change(
          "sshAuthorizedKeys: []",
          to: "sshAuthorizedKeys:\n  - ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f")
      ],
      [
        "18:5: error: item 1 of 'sshAuthorizedKeys' is damaged: its base64 part is not a key of type ssh-rsa"
      ]),
    BrokenFile(
      "a private key among the SSH keys",
      [
        .change(
          "sshAuthorizedKeys: []",
          to: "sshAuthorizedKeys:\n  - |\n    -----BEGIN OPENSSH PRIVATE KEY-----\n    b3BlbnNzaC1rZXk")
      ],
      [
        "18:5: error: item 1 of 'sshAuthorizedKeys' is a private key: give the public one, and make a new pair"
      ]),
    BrokenFile(
      "an SSH key that stands twice",
      [
        .change(
          "sshAuthorizedKeys: []",
          to:
            "sshAuthorizedKeys:\n  - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n  - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
        )
      ],
      [
        "19:5: warning: item 2 of 'sshAuthorizedKeys' stands twice"
      ]),
  ]
}
