import Age
public import BootImage
import PKI
import SecretMemory

/// INSECURE: a desk for a lab, all of whose secrets are throw-away ones in plain text: `ll-bootimage build --lab`.
///
/// It is a desk like any other, in a folder of its own that says what it is; but what opens it lies beside it, and its secrets go into the configs
/// as they are. They never come from a real desk.
public enum LabDesk {
  /// The folder's name.
  public static let folder = "lab-insecure"

  /// What a build takes, made where it is missing. `folder` is the desk's that the cluster would have.
  public static func supplies(
    beside folder: String, cluster: ClusterDefinition, bootstrap: Bool, at now: Int64
  ) throws(DeskError) -> DeskSupplies {
    let paths = DeskPaths(folder: "\(folder)/\(Self.folder)")
    let session = try DeskSession.begin(paths, cluster: cluster, isLab: true) { (_) throws(DeskError) in
      let key = try identity(paths)
      guard let recipient = key.recipient else { throw .refused("the lab's identity has no recipient") }
      return (.identities([key]), [recipient])
    }
    try DeskError.onDisk { () throws(FileError) in
      for (name, text) in [(".gitignore", "*\n"), ("INSECURE.txt", "Throw-away secrets of a lab, in plain text.\n")] {
        let path = "\(paths.folder)/\(name)"
        if try !HostFile.isThere(path) { try HostFile.replace(path, with: Array(text.utf8)) }
      }
    }
    var root = RootAccess { (_) throws(DeskError) in try passphrase() }
    root.iterations = 1_000
    var work = CertificateWork(session, root: root, at: now)
    _ = try work.issue()
    _ = try session.makeClusterSecrets()
    let secrets = try NodeSecrets(session)
    var supplies = DeskSupplies()
    supplies.isThere = true
    supplies.isLab = true
    supplies.anchors = DeskFolder.anchors(session.record)
    supplies.sealKeyID = secrets.sealKeyID
    let initialising = bootstrap ? cluster.masters.first?.name : nil
    for node in cluster.nodes {
      var forms: [SecretBundle: DeskSupplies.Form] = [:]
      for bundle in SecretBundle.all(for: node.role) {
        var texts: [String: String] = [:]
        for name in bundle.entries(initialises: node.name == initialising, rotates: false) {
          let value = try secrets.value(name, of: node.name).value
          // OpenBao reads the seal's key in base64 too, and a config holds texts.
          let text = name == SecretBundle.sealKey ? try NodeSecrets.base64(value) : value
          texts[name] = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        }
        forms[bundle] = .insecure(texts)
      }
      supplies.bundles[node.name] = forms
    }
    return supplies
  }

  private static func passphrase() throws(DeskError) -> SecretBytes {
    try secret(Array("insecure lab root".utf8))
  }

  private static func secret(_ bytes: [UInt8]) throws(DeskError) -> SecretBytes {
    try DeskError.onMachine { () throws(SecretMemoryError) in
      try SecretBytes(count: bytes.count) { $0.copyBytes(from: bytes) }
    }
  }

  /// The identity that lies beside the lab's secrets, made where there is none.
  private static func identity(_ paths: DeskPaths) throws(DeskError) -> AgeKey {
    let path = "\(paths.secretFolder)/insecure-identity.txt"
    let text = try DeskError.onDisk { () throws(FileError) in
      try HostFile.isThere(path) ? try HostFile.read(path) : nil
    }
    if let text {
      let file = try secret(text)
      let keys = try DeskError.refusing(path) { () throws(AgeError) in try AgeKey.identities(in: file) }
      guard let key = keys.first else { throw .refused("\(path) holds no identity") }
      return key
    }
    let key = try DeskError.onMachine { () throws(AgeError) in try AgeKey.generate() }
    let file = try DeskError.onMachine { () throws(AgeError) in try key.identityFile }
    let bytes = file.withUnsafeBytes { Array($0) }
    try DeskError.onDisk { () throws(FileError) in try HostFile.replace(path, with: bytes, mode: 0o600) }
    return key
  }
}
