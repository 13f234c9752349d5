/// How a mirror lays out what it mirrors: `https://dl.k8s.io/release/kubelet` is `<mirror>/dl.k8s.io/release/kubelet`, and the image
/// `quay.io/openbao/openbao` is the repository `quay.io/openbao/openbao` of the mirror's registry.
public enum DownloadAddress {
  /// The folder of a mirror with our own programs.
  public static let artifacts = "artifacts"

  /// Where `url` is downloaded from.
  public static func of(_ url: String, mirror: String?) -> String {
    guard let mirror else { return url }
    return "\(mirror)/\(path(of: url))"
  }

  /// The path of `url` below the mirror's root: its host and path, without scheme, query and fragment.
  public static func path(of url: String) -> String {
    var rest = Substring(url)
    for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
    return String(rest.prefix { $0 != "?" && $0 != "#" })
  }

  /// The folder, and first part of the repository name, that `registry` has in a mirror. A repository name cannot hold a colon.
  static func folder(ofRegistry registry: String) -> String {
    String(registry.map { $0 == ":" ? "-" : $0 })
  }

  /// The name of the repository of `image` in a mirror.
  static func repository(of image: ContainerImage) -> String {
    "\(folder(ofRegistry: image.registry))/\(image.repository)"
  }
}
