import BootImage

extension BrokenFile {
  /// Image files whose downloads have addresses that a mirror cannot store, or that hold a secret.
  static let downloads: [BrokenFile] = ofKubelet + ofSysext + ofContainerImage

  private static let ofKubelet = addresses.map { address, fault in
    BrokenFile(
      "kubelet from \(address)", role: .worker,
      [.change("https://dl.k8s.io/release/v1.36.2/bin/linux/amd64/kubelet", to: "\"\(escaped(address))\"")],
      ["15:10: error: 'url' \(fault)"])
  }

  private static let ofSysext = addresses.map { address, fault in
    let sysext = "sysexts:\n  - name: tools\n    url: \"\(escaped(address))\"\n    sha256: \(hash)\n"
    return BrokenFile(
      "a sysext from \(address)", role: .worker, [.change("sysexts: []\n", to: sysext)],
      ["34:10: error: 'url' \(fault)"])
  }

  private static func escaped(_ text: String) -> String { text.replacing("\\", with: "\\\\") }

  private static let ofContainerImage = [
    "https://u:hunter2@quay.io/openbao/openbao:2.6.2@\(digest)", "u:hunter2@quay.io/openbao/openbao:2.6.2@\(digest)",
    "u:hunter2@quay.io/openbao/openbao:2.6.2", "https://quay.io/openbao/openbao:hunter2!",
  ].map { reference in
    BrokenFile(
      "the image \(reference)", role: .worker, [.change("quay.io/openbao/openbao:2.6.2@\(digest)", to: reference)],
      [
        "9:12: error: 'image' must be REGISTRY/REPOSITORY:TAG@sha256:…, without a scheme, a user or a password"
      ])
  }

  private static let dots = "has a segment '.' or '..' in its path: \(mirrorReason)"
  private static let encoded = "has an encoded '/', '\\' or control character in its path: \(mirrorReason)"
  private static let percent = "has a '%' without two hexadecimal digits in its path"
  private static let empty = "has an empty segment '//' in its path: \(mirrorReason)"
  private static let noPath = "has no path: a download needs a file name"

  private static let addresses: [(String, String)] = [
    ("https://h.example/../../etc/x", dots), ("https://h.example/a/../x", dots), ("https://h.example/a/./x", dots),
    ("https://h.example/a/..", dots), ("https://h.example/a/%2e%2E/x", dots), ("https://h.example/.%2e/x", dots),
    ("https://h.example/%2E/x", dots), ("https://h.example/..%2f..%2fx", encoded), ("https://h.example/a%00x", encoded),
    ("https://h.example/a%5cx", encoded), ("https://h.example/a%2", percent), ("https://h.example/%+2/x", percent),
    ("https://h.example//x", empty), ("https://h.example/a//x", empty), ("https://h.example/a//", empty),
    ("https://h.example", noPath), ("https://h.example/", noPath), ("https://h.example:8443", noPath),
    ("https://h.example/a/", "ends with '/': a download needs a file name"),
    ("https://h.example/x?X-Amz-Signature=hunter2", queryReason), ("https://h.example?hunter2", queryReason),
    ("https://h.example/x#hunter2", "must not have a fragment"),
    ("http://u:hunter2@h.example/x", userReason), ("HTTPS://u:hunter2@h.example/x", userReason),
    ("https://u:hunter2\\@h.example/x", userReason),
    ("HTTPS://h.example/x", "must begin with https:// in lower case"),
    ("http://h.example/x?hunter2", "must be https, not \(withheld)"),
    ("https://u:hunter2/x@h.example/x", "has a port that is no number from 1 to 65535"),
    ("https://h.example:hunter2/x", "has a port that is no number from 1 to 65535"),
  ]
}
