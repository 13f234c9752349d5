extension InitTemplates {
  static let headOfEveryImage = #"""
    # What is here decides what runs: a tag can be moved, a digest and a hash cannot.
    # Each pin names its origin: the public file in which the digest or hash was read, with its commit. Nothing was
    # pulled and no signature was checked when these were written down: resolve each against its registry or download
    # site before first use.

    # The role: it must match the folder's name.
    role: ROLE

    # The Fedora CoreOS release that the machines are installed with.
    # origin: coreos/fedora-coreos-streams streams/stable.json @ 23ca7362
    os:
      version: 44.20260707.3.1

    # The podman that the generated units are checked against: a quadlet key that it does not know is a finding.
    # No public origin tells which podman this Fedora CoreOS release has. 5.8.2 is the one that the checks themselves
    # were made with: set the image's own, as `podman --version` prints it there.
    podman:
      version: 5.8.2

    components:

    """#

  static let pinsOfEveryNode = #"""
      # Secrets and certificates: the server on masters, the agent on every node.
      # origin: GlueOps/openbao-backup Dockerfile (repository inferred, commit not recorded)
      openbao:
        version: 2.6.2
        image: quay.io/openbao/openbao:2.6.2@sha256:11fd73a2102cda9c55d5d881a8c3210303146a7ec1e8ac76f526e175c6d24641

      # The loopback load balancer to all masters.
      # origin: docker-library/repo-info repos/haproxy/remote/3.2-alpine.md @ 0ed0a0ed
      haproxy:
        version: 3.2.24
        image: docker.io/library/haproxy:3.2-alpine@sha256:686211da34aba401814bb109c813db6a579491bc8753bfd81b78cce7d1e02f7c

      # The node's agent of Kubernetes.
      # origin: kubernetes-sigs/kubespray roles/kubespray_defaults/vars/main/checksums.yml @ 46dbdd39
      kubelet:
        version: 1.36.2
        url: https://dl.k8s.io/release/v1.36.2/bin/linux/amd64/kubelet
        sha256: 3ba68cb4f0906053c08ab843131d5cec559cf8c718dbd679950a078b306abbb4

      # The container runtime, with crun in the same archive. Its minor release follows Kubernetes'.
      # origin: kubernetes-sigs/kubespray roles/kubespray_defaults/vars/main/checksums.yml @ 46dbdd39
      cri-o:
        version: 1.36.3
        url: https://storage.googleapis.com/cri-o/artifacts/cri-o.amd64.v1.36.3.tar.gz
        sha256: fc2ece7cc22a505cca5e100438e4e58f7786f17b64467022e2d2019239c88349

      # For people who look into the container runtime.
      # origin: kubernetes-sigs/kubespray roles/kubespray_defaults/vars/main/checksums.yml @ 46dbdd39
      crictl:
        version: 1.36.0
        url: https://github.com/kubernetes-sigs/cri-tools/releases/download/v1.36.0/crictl-v1.36.0-linux-amd64.tar.gz
        sha256: 83855e114566a8a8c44c548d515670f51de3a5e1da8b2effb59870e2f10c25a3

      # The loopback and other basic plugins that the container runtime calls.
      # origin: kubernetes-sigs/kubespray roles/kubespray_defaults/vars/main/checksums.yml @ 46dbdd39
      cni-plugins:
        version: 1.9.1
        url: https://github.com/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-amd64-v1.9.1.tgz
        sha256: b98f74a0f8522f0a83867178729c1aa70f2158f90c45a2ca8fa791db1c76b303

      # The container that holds a pod's network open.
      # origin: agent-substrate/substrate demos/counter/counter-microvm.yaml.tmpl @ 86e138f6
      pause:
        version: 3.10.2
        image: registry.k8s.io/pause:3.10.2@sha256:f548e0e8e3dc1896ca956272154dde3314e8cc4fde0a57577ee9fa1c63f5baf4

    """#

  static let pinsOfMasters = #"""

      # The cluster's database.
      # origin: randomcoww/homelab config_env.tf @ afb1f027
      etcd:
        version: 3.6.13
        image: registry.k8s.io/etcd:v3.6.13@sha256:24fc96ede8e787eb769e771d1245ddb2333301697a8b571e20415a0caccc375e

      # The Kubernetes API. Keep the three programs of the control plane at one version; kubelet must not be newer.
      # origin: randomcoww/homelab config_env.tf @ afb1f027
      kube-apiserver:
        version: 1.36.2
        image: registry.k8s.io/kube-apiserver:v1.36.2@sha256:0535dde1a857029209d7effe681c919a1580d2eb24eda4bd122d24e9a372e1b8

      # Keeps the cluster as it should be.
      # origin: randomcoww/homelab config_env.tf @ afb1f027
      kube-controller-manager:
        version: 1.36.2
        image: registry.k8s.io/kube-controller-manager:v1.36.2@sha256:b3add29a00c3c4763c75a09ec94915e3d0d590b93b3850a97d52970fbd2b2c12

      # Decides where pods run.
      # origin: randomcoww/homelab config_env.tf @ afb1f027
      kube-scheduler:
        version: 1.36.2
        image: registry.k8s.io/kube-scheduler:v1.36.2@sha256:94dfc9f285718a06bb873947959b8514ed95dddaa7c74d765cc346fdfa684859

      # For the add-ons stage and for administrators on a master.
      # origin: kubernetes-sigs/kubespray roles/kubespray_defaults/vars/main/checksums.yml @ 46dbdd39
      kubectl:
        version: 1.36.2
        url: https://dl.k8s.io/release/v1.36.2/bin/linux/amd64/kubectl
        sha256: 1e9045ec32bea85da43de85f0065358529ea7c7a152eca78154fba5b58c27d82

      # Installs Cilium from the chart below.
      # origin: kubernetes-sigs/kubespray roles/kubespray_defaults/vars/main/checksums.yml @ 46dbdd39
      cilium-cli:
        version: 0.19.7
        url: https://github.com/cilium/cilium-cli/releases/download/v0.19.7/cilium-linux-amd64.tar.gz
        sha256: cd15e0983bf0acc7946cd05d453d1e58376ea92dec2642e745212df2b07d8852

      # What the installation consists of.
      # origin: cilium/charts index.yaml, digest of cilium 1.20.0 @ d5f3d1cc; the address is that repository's with its file's name
      cilium-chart:
        version: 1.20.0
        url: https://helm.cilium.io/cilium-1.20.0.tgz
        sha256: c5f013912360d1a334f44ef25f36da59ba3414cdb48f466ee12d0c4fdff27883

      # The pods' network, on every node; the masters install it.
      # origin: cilium/charts cilium-1.20.0.tgz, cilium/values.yaml image.digest @ d5f3d1cc
      cilium:
        version: 1.20.0
        image: quay.io/cilium/cilium:v1.20.0@sha256:383968cd5e8873f7976fa76aa6196045643558f4cc9518a207b9335cb24a0e93

      # What Cilium needs once per cluster.
      # origin: cilium/charts cilium-1.20.0.tgz, cilium/values.yaml operator.image.genericDigest @ d5f3d1cc
      cilium-operator:
        version: 1.20.0
        image: quay.io/cilium/operator-generic:v1.20.0@sha256:80744a8cc7c91c2f9e6347629406844eb35d79b30a732c6d41c15b17232a74f3

      # Cilium's proxy for HTTP rules.
      # origin: cilium/charts cilium-1.20.0.tgz, cilium/values.yaml envoy.image @ d5f3d1cc
      cilium-envoy:
        version: v1.37.5-1782911245-7cffc778c923f68a77954a53b1a98d6b5353f004
        image: quay.io/cilium/cilium-envoy:v1.37.5-1782911245-7cffc778c923f68a77954a53b1a98d6b5353f004@sha256:583057dd4f7d54cd41efff3c413aa0b148ac201f522e2c3336851fa89c78b039

      # DNS inside the cluster.
      # origin: cilium/cilium-cli vendor/github.com/cilium/cilium/cilium-cli/defaults/defaults.go @ e391e739
      coredns:
        version: 1.14.2
        image: registry.k8s.io/coredns/coredns:v1.14.2@sha256:e7e6440cfd1e919280958f5b5a6ab2b184d385bba774c12ad2a9e1e4183f90d9

      # Holds the virtual address, see addressHolder below.
      # origin: randomcoww/homelab config_env.tf @ afb1f027
      kube-vip:
        version: 1.2.1
        image: ghcr.io/kube-vip/kube-vip:v1.2.1@sha256:49b77655f9f109bedc5eb25723bb0e4c57d8513ba33cc69c31be3f243eb2386d

      # The other program that can hold it. No public digest of a keepalived image is known: to use it, fill in an
      # image and a digest that you have checked yourself, remove kube-vip, and set addressHolder to keepalived.
      # keepalived:
      #   version: FILL-IN
      #   image: REGISTRY/REPOSITORY:TAG@sha256:FILL-IN

    # Which program hands the control plane's virtual address from master to master: kube-vip or keepalived.
    addressHolder: kube-vip

    """#

  static let optionsOfMasters =
    sysexts + #"""
      # When Zincati may reboot a machine into an update. There is no default: left alone, Zincati reboots at once.
      #   disabled    never: you update by hand, one machine after another
      #   immediate   as soon as an update is there
      #   periodic    in weekly windows, in UTC; machines do not wait for each other
      #   fleet_lock  when the FleetLock server at baseURL allows it, one machine at a time
      # disabled, because masters that reboot together lose the cluster's quorum; fleet_lock is what keeps them apart.
      zincati:
        strategy: disabled

      """# + diskAndKubelet + #"""
        # Labels that the node registers with. node-role.kubernetes.io/* cannot be set here: a kubelet may not.
        nodeLabels: {}

      """#

  static let optionsOfWorkers =
    sysexts + #"""
      # When Zincati may reboot a machine into an update. There is no default: left alone, Zincati reboots at once.
      #   disabled    never: you update by hand, one machine after another
      #   immediate   as soon as an update is there
      #   periodic    in weekly windows, in UTC; machines do not wait for each other
      #   fleet_lock  when the FleetLock server at baseURL allows it, one machine at a time
      zincati:
        strategy: periodic
        # Days as Mon Tue Wed Thu Fri Sat Sun, start as HH:MM in UTC, length in minutes.
        windows:
          - days: [Sat, Sun]
            start: 23:30
            lengthMinutes: 60

      """# + diskAndKubelet + #"""
        # Labels that the node registers with. node-role.kubernetes.io/* cannot be set here: a kubelet may not.
        nodeLabels:
          pool: general

      """#

  private static let sysexts = #"""

    # System extension images that you bring yourself, each with its hash. What one provides is not downloaded a second
    # time, and its pin above can go. None is pinned here: no public origin gives the hashes of Fedora's.
    # sysexts:
    #   - name: kubernetes
    #     url: https://artifacts.example.internal/kubernetes.raw
    #     sha256: FILL-IN
    #     provides: [kubelet, cri-o, crictl, cni-plugins]
    sysexts: []


    """#

  private static let diskAndKubelet = #"""

    disk:
      # tpm2: root and /var are encrypted, and only this machine's TPM opens them.
      # none: whoever takes the disk has what is on it.
      encryption: tpm2
      # The size of the root partition in MiB, at least 8192; /var gets the rest. Used where the cluster file names
      # the node's disk.
      rootMiB: 16384

    kubelet:
      # The most pods on a node. A node has 254 addresses for pods.
      maxPods: 110
      # Kept back from pods for the system: cpu, memory, ephemeral-storage.
      systemReserved:
        cpu: 500m
        memory: 1Gi
        ephemeral-storage: 2Gi

    """#
}
