extension UnitConversion {
  /// `[Image]`: `podman image pull`.
  mutating func convertImage() throws(ConversionError) {
    guard let image = section.nonEmpty("Image") else { throw ConversionError("no Image key specified", at: "Image") }
    var podman = PodmanCommand(for: section)
    podman.add("image", "pull")
    podman.addStrings(
      [
        "Arch": "--arch", "AuthFile": "--authfile", "CertDir": "--cert-dir", "Creds": "--creds",
        "DecryptionKey": "--decryption-key", "OS": "--os", "Policy": "--policy", "Retry": "--retry",
        "RetryDelay": "--retry-delay", "Variant": "--variant",
      ], from: section)
    podman.addSwitches(["AllTags": "--all-tags", "TLSVerify": "--tls-verify"], from: section)
    podman.add(contentsOf: section.arguments("PodmanArgs"))
    podman.add(image)
    addCommand("ExecStart", podman)
    setOneshotDefaults(remains: true)
    resourceName = section.nonEmpty("ImageTag") ?? image
  }

  /// `[Artifact]`: `podman artifact pull`.
  mutating func convertArtifact() throws(ConversionError) {
    guard let artifact = section.nonEmpty("Artifact") else {
      throw ConversionError("no Artifact key specified", at: "Artifact")
    }
    var podman = PodmanCommand(for: section)
    podman.add("artifact", "pull")
    podman.addStrings(
      [
        "AuthFile": "--authfile", "CertDir": "--cert-dir", "Creds": "--creds", "DecryptionKey": "--decryption-key",
        "Retry": "--retry", "RetryDelay": "--retry-delay",
      ], from: section)
    podman.addSwitches(["Quiet": "--quiet", "TLSVerify": "--tls-verify"], from: section)
    podman.add(contentsOf: section.arguments("PodmanArgs"))
    podman.add(artifact)
    addCommand("ExecStart", podman)
    setOneshotDefaults(remains: true)
    resourceName = artifact
  }
}
