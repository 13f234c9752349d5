extension InitTemplates {
  /// The cluster file: three masters and two workers.
  public static let cluster = #"""
    # A cluster: its names, its addresses, and the machines it is made of.
    # What runs on the machines is in images/master/image.yaml and images/worker/image.yaml.
    # Change what differs at your site; `ll-bootimage build` checks every value and names the line of each mistake.

    # The cluster's name: lower-case letters, digits and '-'.
    cluster: example

    # The DNS domain of the machines: the node master-1 is the host master-1.nodes.example.internal.
    domain: nodes.example.internal

    # How people and programs outside the cluster reach the Kubernetes API.
    # The nodes themselves do not depend on it: each reaches all masters through a haproxy of its own.
    controlPlane:
      # HOST:PORT that goes into kubeconfigs and into the API servers' certificates. The host resolves to the address
      # below.
      endpoint: api.example.internal:6443
      # A free address of the nodes' network, which the masters hand from one to another. No machine may own it.
      vip: 10.20.0.10

    # The network that all nodes share.
    network:
      # Its range. Every address in this file except podCIDR and serviceCIDR is inside.
      cidr: 10.20.0.0/24
      # The router to everywhere else.
      gateway: 10.20.0.1
      # Name servers, in order of preference; kubelet passes at most three on to pods.
      dns:
        - 10.20.0.2
        - 10.20.0.3
      # Time servers, addresses or DNS names. Without them Fedora CoreOS's own pool is used, which a site without internet
      # cannot reach: certificates and leases need right clocks.
      # ntp:
      #   - 10.20.0.4

    # Where pods get their addresses from: every node takes a /24 of it. It exists only inside the cluster and must not
    # overlap with any network that pods should reach. A /16 is enough for 256 nodes.
    podCIDR: 10.128.0.0/16

    # Where Services get their addresses from, between /12 and /28; also only inside the cluster.
    serviceCIDR: 10.96.0.0/16

    # The DNS domain of Services; cluster.local where this line is missing. It must differ from the machines' domain.
    clusterDomain: cluster.local

    # For a site without internet: the address of a server with the folder that `ll-bootimage fetch` fills. With it, every
    # node downloads everything from there and nothing from upstream. http:// is allowed: every download is checked
    # against its hash.
    # mirror: https://mirror.example.internal

    # Where the folder with our own programs is served, the one given to `ll-bootimage build` as --artifacts.
    # Not needed where the mirror has them.
    artifacts: https://artifacts.example.internal/low-layer

    # HOST:PORT of the operator that licenses the nodes. Without this line the nodes run no ll-agent.
    operator: ll-operator.example.internal:8443

    # Public SSH keys of the people who may log in as user core, one per line of this list, as in ~/.ssh/id_ed25519.pub.
    # Never a private key: this file is not secret.
    sshAuthorizedKeys: []

    # The machines. The number of masters must be odd: 1, 3 or 5.
    #   name       host name and name of the Kubernetes node: lower-case letters, digits and '-'
    #   role       master or worker
    #   address    the machine's address in the network above
    #   interface  the network interface that gets the address, as `ip link` shows it on that machine
    #   disk       the disk that Fedora CoreOS is installed on; /var gets a partition of its own behind the root's.
    #              A name under /dev/disk/by-id is safer on a machine with several disks. Without this line the
    #              layout stays as installed.
    nodes:
      - name: master-1
        role: master
        address: 10.20.0.11
        interface: enp1s0
        disk: /dev/vda
      - name: master-2
        role: master
        address: 10.20.0.12
        interface: enp1s0
        disk: /dev/vda
      - name: master-3
        role: master
        address: 10.20.0.13
        interface: enp1s0
        disk: /dev/vda
      - name: worker-1
        role: worker
        address: 10.20.0.21
        interface: enp1s0
        disk: /dev/vda
      - name: worker-2
        role: worker
        address: 10.20.0.22
        interface: enp1s0
        disk: /dev/vda

    """#
}
