import SystemdUnit

extension NodePlan {
  /// Says on the node's console, at its login prompts and in its journal that it is a lab's, whose secrets are in plain text.
  func addLabWarning(to content: inout NodeContent) {
    guard shared.options.desk.isLab else { return }
    content.isLab = true
    let origin = Origin("INSECURE LAB STAND-IN (build --lab): nobody may take this node for a real one.")
    let text = "INSECURE LAB NODE: its secrets are throw-away stand-ins in plain text, sealed to no TPM."
    content.add(file: "/etc/issue.d/00-low-layer-lab.issue", "\n\(text)\n\n", origin)
    content.add(file: "/etc/motd.d/00-low-layer-lab", "\(text)\n", origin)
    content.add(
      unit: "ll-lab-warning.service", .enabled,
      UnitFile([
        .init("Unit", [.init("Description", "LOW-LAYER: \(text)")]),
        .init(
          "Service",
          [
            .init("Type", "oneshot"), .init("RemainAfterExit", "yes"),
            .init("ExecStart", ExecCommand(["/usr/bin/echo", text]).description),
            .init("StandardOutput", "journal+console"), .init("SyslogLevel", "warning"),
          ]),
        .init("Install", [.init("WantedBy", "multi-user.target")]),
      ]), origin)
  }
}
