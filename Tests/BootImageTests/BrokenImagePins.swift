import BootImage

extension BrokenFile {
  /// Image files with wrong pins and versions.
  static let imagePins: [BrokenFile] = [
    BrokenFile(
      "an OpenBao that is too old", role: .master,
      [.change("  openbao:\n    version: 2.6.2", to: "  openbao:\n    version: 2.5.9")],
      [
        "8:14: error: 'version' must be 2.6 or later, not '2.5.9': \(openbaoReason)"
      ]),
    BrokenFile(
      "an OpenBao that is too old, by another first number and with a v", role: .worker,
      [.change("  openbao:\n    version: 2.6.2", to: "  openbao:\n    version: v1.21.0")],
      [
        "8:14: error: 'version' must be 2.6 or later, not 'v1.21.0': \(openbaoReason)"
      ]),
    BrokenFile(
      "an OpenBao of which nobody knows how old it is", role: .worker,
      [.change("  openbao:\n    version: 2.6.2", to: "  openbao:\n    version: latest")],
      [
        "8:14: error: 'version' must be a version of OpenBao such as 2.6.2, not 'latest'"
      ]),
    BrokenFile(
      "an image without a digest", role: .master,
      [.change("@\(digest)", to: "")],
      [
        "9:12: error: 'image' has no digest, and a tag can be moved: write 'quay.io/openbao/openbao:2.6.2@sha256:…'"
      ]),
    BrokenFile(
      "a digest of wrong length", role: .master,
      [.change("\(digest)", to: "sha256:11fd73a2102cda9c55d5d881a8c3210303146a7ec1e8ac76f526e175c6d2464")],
      [
        "9:12: error: 'image' has a digest that has 63 hexadecimal digits instead of 64"
      ]),
    BrokenFile(
      "an upper-case digest", role: .master,
      [.change("\(digest)", to: "sha256:11FD73A2102CDA9C55D5D881A8C3210303146A7EC1E8AC76F526E175C6D24641")],
      [
        "9:12: error: 'image' has a digest that must be in lower case"
      ]),
    BrokenFile(
      "a digest of another function", role: .master,
      [
        .change(
          "\(digest)",
          to:
            "sha512:00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        )
      ],
      [
        "9:12: error: 'image' must have a digest 'sha256:…', not 'sha512:0000000000000000000000000000000000000000000000000000000000000000000000000…'"
      ]),
    BrokenFile(
      "a digest that is no hexadecimal number", role: .master,
      [.change("\(digest)", to: "sha256:11fd73a2102cda9c55d5d881a8c3210303146a7ec1e8ac76f526e175c6d2464g")],
      [
        "9:12: error: 'image' has a digest that holds something other than hexadecimal digits"
      ]),
    BrokenFile(
      "an image without a registry host or digest", role: .worker,
      [.change("quay.io/openbao/openbao:2.6.2@\(digest)", to: "openbao/openbao:2.6.2")],
      [
        "9:12: error: 'image' has no digest, and a tag can be moved: write 'openbao/openbao:2.6.2@sha256:…'",
        "9:12: error: 'image' has no registry host: write it out, such as 'docker.io/library/haproxy'",
      ]),
    BrokenFile(
      "an upper-case repository and a wrong tag", role: .worker,
      [.change("quay.io/openbao/openbao:2.6.2", to: "quay.io/OpenBao/openbao:-2")],
      [
        "9:12: error: 'image' has an invalid repository (lower-case letters, digits, '.', '_', '-'): 'OpenBao/openbao'",
        "9:12: error: 'image' has an invalid tag: '-2'",
      ]),
    BrokenFile(
      "a remote file without a hash", role: .master,
      [.drop("\(hash)")],
      [
        "13:3: error: 'kubelet' lacks 'sha256' or 'sha512': no file is taken without a hash"
      ]),
    BrokenFile(
      "a hash of wrong length", role: .worker,
      [.change("\(hash)", to: "3ba68cb4f0906053c08ab843131d5cec559cf8c718dbd679950a078b306abb")],
      [
        "16:13: error: 'sha256' has 62 hexadecimal digits instead of 64"
      ]),
    BrokenFile(
      "an upper-case hash", role: .worker,
      [.change("\(hash)", to: "3BA68CB4F0906053C08AB843131D5CEC559CF8C718DBD679950A078B306ABBB4")],
      [
        "16:13: error: 'sha256' must be in lower case"
      ]),
    BrokenFile(
      "two hashes", role: .worker,
      [.change("    sha256: \(hash)", to: "    sha256: \(hash)\n    sha512: \(hash)\(hash)")],
      [
        "17:5: error: 'kubelet' has two hashes, give one"
      ]),
    BrokenFile(
      "a SHA-512 of the length of a SHA-256", role: .worker,
      [.change("    sha256: \(hash)", to: "    sha512: \(hash)")],
      [
        "16:13: error: 'sha512' has 64 hexadecimal digits instead of 128"
      ]),
    BrokenFile(
      "an http address", role: .worker,
      [.change("https://dl.k8s.io/release/v1.36.2/bin/linux/amd64/kubelet", to: "http://dl.k8s.io/kubelet")],
      [
        "15:10: error: 'url' must be https, not 'http://dl.k8s.io/kubelet'"
      ]),
    BrokenFile(
      "no address, no version", role: .worker,
      [
        .drop("https://dl.k8s.io/release/v1.36.2/bin/linux/amd64/kubelet"),
        .change("  kubelet:\n    version: 1.36.2\n", to: "  kubelet:\n"),
      ],
      [
        "13:3: error: 'kubelet' lacks 'url'",
        "13:3: error: 'kubelet' lacks 'version'",
      ]),
    BrokenFile(
      "an unknown component, close to a known one", role: .worker,
      [.change("  crictl:", to: "  cricctl:")],
      [
        "21:3: error: unknown component 'cricctl', did you mean 'crictl'?"
      ]),
    BrokenFile(
      "an unknown component that resembles nothing", role: .worker,
      [.change("  pause:\n", to: "  nginx:\n    version: 1.0.0\n  pause:\n")],
      [
        "29:3: error: unknown component 'nginx', known here: \(componentNames)"
      ]),
    BrokenFile(
      "components that a master needs are missing", role: .master,
      [
        .cut(from: "  etcd:", to: "  kube-apiserver:", with: ""),
        .cut(from: "  pause:", to: "  kube-apiserver:", with: ""),
      ],
      [
        "6:1: error: 'components' lacks 'etcd', which a master needs",
        "6:1: error: 'components' lacks 'pause', which a master needs",
      ]),
    BrokenFile(
      "a program that a worker needs is missing", role: .worker,
      [.cut(from: "  crictl:", to: "  cni-plugins:", with: "")],
      [
        "6:1: error: 'components' lacks 'crictl', which a worker needs unless a sysext provides it"
      ]),
    BrokenFile(
      "a component that a worker does not use", role: .worker,
      [
        .change(
          "  pause:\n",
          to:
            "  etcd:\n    version: 3.6.13\n    image: registry.k8s.io/etcd@sha256:24fc96ede8e787eb769e771d1245ddb2333301697a8b571e20415a0caccc375e\n  pause:\n"
        )
      ],
      [
        "29:3: warning: a worker does not use etcd"
      ]),
    BrokenFile(
      "an image given for kubelet", role: .worker,
      [
        .cut(from: "    url: https://dl.k8s.io", to: "  cri-o:", with: "    image: registry.k8s.io/kubelet@\(digest)\n")
      ],
      [
        "15:5: error: kubelet is a program: it needs 'url' and 'sha256' or 'sha512', not 'image'"
      ]),
    BrokenFile(
      "an address given for a container image, and one for an archive", role: .worker,
      [
        .change(
          "    image: quay.io/openbao/openbao:2.6.2@\(digest)",
          to: "    url: https://openbao.org/openbao.tar.gz\n    sha256: \(hash)"),
        .change(
          "    url: https://storage.googleapis.com/cri-o/artifacts/cri-o.amd64.v1.36.3.tar.gz", to: "    image: x"),
      ],
      [
        "9:5: error: openbao is a container image: it needs 'image', not 'url'",
        "10:5: error: openbao is a container image: it needs 'image', not 'sha256'",
        "20:5: error: cri-o is an archive: it needs 'url' and 'sha256' or 'sha512', not 'image'",
      ]),
    BrokenFile(
      "keepalived without an image", role: .master,
      [.change("addressHolder: kube-vip", to: "addressHolder: keepalived")],
      [
        "6:1: error: 'components' lacks 'keepalived', which a master needs as its addressHolder: \(keepalivedHint)",
        "68:3: warning: kube-vip is not used: 'addressHolder' is keepalived",
      ]),
    BrokenFile(
      "keepalived with a tag only", role: .master,
      [
        .change("addressHolder: kube-vip", to: "addressHolder: keepalived"),
        .cut(
          from: "  kube-vip:", to: "addressHolder:",
          with: "  keepalived:\n    version: 2.3.1\n    image: ghcr.io/shawly/keepalived:2.3.1\n"),
      ],
      [
        "70:12: error: 'image' has no digest, and a tag can be moved: write 'ghcr.io/shawly/keepalived:2.3.1@sha256:…'",
        "70:12: error: no public digest of a keepalived image is known: give one that you have checked yourself",
      ]),
    BrokenFile(
      "an address holder that does not exist", role: .master,
      [.change("addressHolder: kube-vip", to: "addressHolder: kubevip")],
      [
        "71:16: error: 'addressHolder' cannot be 'kubevip', did you mean 'kube-vip'?"
      ]),
    BrokenFile(
      "no address holder on a master", role: .master,
      [.drop("addressHolder")],
      [
        "1:1: error: the file lacks 'addressHolder'"
      ]),
    BrokenFile(
      "an address holder on a worker", role: .worker,
      [.add("addressHolder: kube-vip\n")],
      [
        "50:1: error: a worker holds no virtual address: remove 'addressHolder'"
      ]),
    BrokenFile(
      "the role of the other folder", role: .master,
      [.change("role: master", to: "role: worker")],
      [
        "1:7: error: 'role' is worker, and the folder is that of the master image"
      ]),
    BrokenFile(
      "an unknown role", role: .worker,
      [.change("role: worker", to: "role: workr")],
      [
        "1:7: error: 'role' cannot be 'workr', did you mean 'worker'?"
      ]),
    BrokenFile(
      "a Fedora CoreOS version without its date", role: .worker,
      [.change("version: 44.20260707.3.1", to: "version: 44")],
      [
        "3:12: error: 'version' must be a Fedora CoreOS release such as 44.20260707.3.1, not '44'"
      ]),
    BrokenFile(
      "a podman version that is none", role: .worker,
      [.change("version: 5.8.2", to: "version: v5.8")],
      [
        "5:12: error: 'version' must be a version of three numbers such as 5.8.2, not 'v5.8'"
      ]),
    BrokenFile(
      "a podman that is too old", role: .worker,
      [.change("version: 5.8.2", to: "version: 4.9.4")],
      [
        "5:12: error: podman 4.9.4 is too old: quadlet is checked against 5.0 and later"
      ]),
    BrokenFile(
      "a Kubernetes version with a v", role: .worker,
      [.change("  kubelet:\n    version: 1.36.2", to: "  kubelet:\n    version: v1.36.2")],
      [
        "14:14: error: 'version' must be a version of three numbers such as 1.36.2, not 'v1.36.2'"
      ]),
    BrokenFile(
      "a Kubernetes version of two numbers", role: .worker,
      [.change("  kubelet:\n    version: 1.36.2", to: "  kubelet:\n    version: 1.36")],
      [
        "14:14: error: 'version' must be a version of three numbers such as 1.36.2, not '1.36'"
      ]),
    BrokenFile(
      "a version that cannot be part of a file name", role: .worker,
      [.change("version: 2.6.2", to: "version: 2.6.2/../x")],
      [
        "8:14: error: 'version' must be a version (letters, digits, '.', '_', '+', '-'), not '2.6.2/../x'"
      ]),
    BrokenFile(
      "a kubelet newer than the API server, and a CRI-O of another minor", role: .master,
      [.change("  kubelet:\n    version: 1.36.2", to: "  kubelet:\n    version: 1.37.0")],
      [
        "14:14: error: kubelet 1.37.0 is newer than kube-apiserver 1.36.2 (line 36)",
        "18:14: warning: CRI-O 1.36.3 is made for another minor release than kubelet 1.37.0",
      ]),
    BrokenFile(
      "a kubelet four minors older than the API server", role: .master,
      [
        .change("  kubelet:\n    version: 1.36.2", to: "  kubelet:\n    version: 1.32.9"),
        .change("version: 1.36.3", to: "version: 1.32.3"),
      ],
      [
        "14:14: error: kubelet 1.32.9 is more than 3 minor releases older than kube-apiserver 1.36.2 (line 36)"
      ]),
    BrokenFile(
      "a scheduler two minors older, a kubectl two minors newer", role: .master,
      [
        .change("  kube-scheduler:\n    version: 1.36.2", to: "  kube-scheduler:\n    version: 1.34.0"),
        .change("  kubectl:\n    version: 1.36.2", to: "  kubectl:\n    version: 1.38.0"),
      ],
      [
        "42:14: error: kube-scheduler 1.34.0 is more than one minor release older than kube-apiserver 1.36.2 (line 36)",
        "45:14: error: kubectl 1.38.0 is more than one minor release away from kube-apiserver 1.36.2 (line 36)",
      ]),
  ]
}
