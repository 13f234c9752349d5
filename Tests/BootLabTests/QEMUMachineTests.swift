import BootLab
import Foundation
import TestSupport
import Testing

@Suite("A node in a virtual machine")
struct QEMUMachineTests {
  /// What `adapt image` prints for `config`, in a tree with nothing but the journal's unit and rule.
  private func adapted(
    _ config: String, _ mounts: [String]
  ) throws -> (command: Command, file: URL, folder: TemporaryFolder) {
    let folder = try TemporaryFolder()
    for (path, text) in [
      ("tree/root/usr/lib/systemd/system/lab-journal.service", "[Service]\nExecStart=/bin/true\n"),
      ("tree/root/usr/lib/udev/rules.d/90-lab-journal.rules", "SUBSYSTEM==\"virtio-ports\"\n"), ("node.ign", config),
    ] {
      let file = folder.url.appendingPathComponent(path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let tree = folder.url.appendingPathComponent("tree").path
    let adapt = SharedFolder.checkout.appendingPathComponent("scripts/lab/adapt").path
    let command = try Command(
      ["env", "LL_LAB_TREE=\(tree)", adapt, "image", folder.url.appendingPathComponent("node.ign").path] + mounts)
    let file = folder.url.appendingPathComponent("image.ign")
    try Data(command.output.utf8).write(to: file)
    return (command, file, folder)
  }

  @Test("what a disk's config gets from the lab is a config that the real Ignition accepts, around the node's own")
  func adaptedConfig() throws {
    let own = "{\"ignition\":{\"version\":\"3.3.0\"},\"storage\":{\"directories\":[{\"path\":\"/etc/ll\"}]}}"
    let adapted = try adapted(own, ["lab-images:/var/lib/containers:rw", "lab-shown-0:/usr/lib/a-b:ro"])
    try #require(adapted.command.status == 0, "\(adapted.command.errors)")
    let validate = try Command(["ignition-validate", adapted.file.path])
    #expect(validate.status == 0, "\(validate.errors)")

    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: adapted.file)) as? [String: [String: Any]])
    let merged = try #require(
      ((object["ignition"]?["config"] as? [String: Any])?["merge"] as? [[String: String]])?.first)
    let source = try #require(merged["source"])
    #expect(source == "data:;base64," + Data(own.utf8).base64EncodedString())
    let units = try #require(object["systemd"]?["units"] as? [[String: Any]])
    let texts = Dictionary(uniqueKeysWithValues: units.map { ($0["name"] as? String, $0["contents"] as? String ?? "") })
    #expect(Set(texts.keys) == ["lab-journal.service", "var-lib-containers.mount", "usr-lib-a\\x2db.mount"])
    // systemd itself takes a mount's name and its Where= as one and the same.
    #expect(texts["usr-lib-a\\x2db.mount"]?.contains("Where=/usr/lib/a-b\nType=ext4\nOptions=ro,") == true)
  }

  @Test("no node's config is changed where the tree lacks the journal's unit")
  func withoutTree() throws {
    let command = try Command([
      "env", "LL_LAB_TREE=/nonexistent", SharedFolder.checkout.appendingPathComponent("scripts/lab/adapt").path,
      "image",
      "/dev/null",
    ])
    #expect(command.status == 2 && command.output.isEmpty && command.errors.contains("LL_LAB_TREE"))
  }

  @Test(
    "--image is for virtual machines: beside --on nspawn it is a usage error, and a disk that is not there is named")
  func refusedImages() throws {
    let program = BuiltProgram.path("ll-bootimage")
    let config = ["--config", "/dev/null", "--image", "/nonexistent/fcos.qcow2"]
    let both = try Command([program, "boot", "--on", "nspawn"] + config)
    #expect(both.status == 2 && both.errors.contains("--image"), "\(both.errors)")
    let script = SharedFolder.checkout.appendingPathComponent("scripts/lab/qemu").path
    let missing = try Command([script, "--image", "/nonexistent/fcos.qcow2", "/dev/null", "/nonexistent/state"])
    #expect(missing.status == 3 && missing.errors.contains("/nonexistent/fcos.qcow2"), "\(missing.errors)")
  }
}
