import Crypto

/// The host's podman, in place of a container runtime behind CRI: host network, host folders, never a pull.
struct Podman: Sendable {
  /// Found on PATH unless it is a path.
  var program = "podman"
  var node: Node

  struct Node: Sendable, Hashable {
    var name: String
    var address: String
  }

  static func containerName(_ pod: Pod, _ container: Pod.Container) -> String {
    "k8s_\(container.name)_\(pod.name)_\(pod.namespace)"
  }

  /// Which manifest a container was made from.
  static func manifestHash(_ pod: Pod) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: SHA256.hash(data: pod.source["spec"].bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self)
  }

  /// The words that start a container.
  ///
  /// - Parameter serviceAccount: a folder with what pods of the API find below
  ///   `/var/run/secrets/kubernetes.io/serviceaccount`; `nil` for static pods.
  func runCommand(_ pod: Pod, _ container: Pod.Container, serviceAccount: String?) throws(Refusal) -> [String] {
    guard pod.isHostNetwork else { throw Refusal("the double runs pods of the host's network only: \(pod.name)") }
    var words = [
      program, "run", "--detach", "--replace", "--pull=never", "--network=host", "--restart=no",
      "--name=\(Self.containerName(pod, container))", "--label=ll.double.manifest=\(Self.manifestHash(pod))",
      "--security-opt=label=disable",
    ]
    if container.isPrivileged {
      words.append("--privileged")
    } else {
      words += container.droppedCapabilities.map { "--cap-drop=\($0)" }
      words += container.addedCapabilities.map { "--cap-add=\($0)" }
      if !container.allowsPrivilegeEscalation { words.append("--security-opt=no-new-privileges") }
    }
    if let user = pod.source["spec"]["securityContext"]["runAsUser"].integer { words.append("--user=\(user)") }
    for variable in container.environment { words.append("--env=\(variable.name)=\(value(of: variable, in: pod))") }
    for mount in container.mounts {
      guard let volume = pod.volumes.first(where: { $0.name == mount.volume }) else { continue }
      words.append("--volume=\(volume.hostPath):\(mount.path):\(mount.isReadOnly ? "ro" : "rw")")
    }
    if let serviceAccount {
      words.append("--volume=\(serviceAccount):/var/run/secrets/kubernetes.io/serviceaccount:ro")
    }
    if !container.command.isEmpty {
      words.append("--entrypoint=\(JSON.array(container.command.map { .string($0) }).text)")
    }
    return words + [container.image] + container.arguments
  }

  private func value(of variable: Pod.Variable, in pod: Pod) -> String {
    switch variable.fieldPath {
    case "spec.nodeName": node.name
    case "status.hostIP", "status.podIP": node.address
    case "metadata.name": pod.name
    case "metadata.namespace": pod.namespace
    default: variable.value
    }
  }

  /// Checks a pod's host folders and makes those that it wants made.
  func prepare(_ pod: Pod) throws(Refusal) {
    for volume in pod.volumes where !volume.hostPath.isEmpty {
      let path = volume.hostPath
      let words = "MountVolume.SetUp failed for volume \"\(volume.name)\" : hostPath type check failed: \(path)"
      switch volume.type {
      case "Directory": if !HostFile.isFolder(path) { throw Refusal("\(words) is not a directory") }
      case "DirectoryOrCreate": if !HostFile.isFolder(path) { try HostFile.makeFolder(path) }
      case "File":
        if !HostFile.exists(path) || HostFile.isFolder(path) { throw Refusal("\(words) is not a file") }
      case "FileOrCreate": if !HostFile.exists(path) { try HostFile.write([], to: path) }
      default: break
      }
    }
  }
}
