/// The commented files that `ll-bootimage init` writes. The example in the source tree (`clusters/example.yaml`,
/// `images/`) is the same text.
public enum InitTemplates {
  /// The files of a new cluster, by their path in its folder, in the order in which a person reads them.
  public static var files: [(path: String, text: String)] {
    [
      ("cluster.yaml", cluster), ("images/master/image.yaml", image(for: .master)),
      ("images/worker/image.yaml", image(for: .worker)),
    ]
  }

  /// The image file of a role.
  public static func image(for role: NodeRole) -> String {
    switch role {
    case .master: head(for: .master) + pinsOfEveryNode + pinsOfMasters + optionsOfMasters
    case .worker: head(for: .worker) + pinsOfEveryNode + optionsOfWorkers
    }
  }

  private static func head(for role: NodeRole) -> String {
    let title =
      switch role {
      case .master:
        """
        # The image of the masters: OpenBao, the control plane, and everything that a worker has.
        # Every master of the cluster is made from this one file.
        """
      case .worker:
        """
        # The image of the workers: OpenBao's agent, kubelet and the container runtime.
        # Every worker of the cluster is made from this one file.
        """
      }
    return title + "\n" + headOfEveryImage.replacing("ROLE", with: role.rawValue)
  }
}
