/// A pod as far as the kubelet double runs it.
struct Pod: Sendable, Hashable {
  var name: String
  var namespace: String
  var containers: [Container]
  var volumes: [Volume]
  var isHostNetwork: Bool
  /// Changes when anything in it does.
  var source: JSON

  struct Container: Sendable, Hashable {
    var name: String
    var image: String
    /// Replaces the image's entry point where it is not empty.
    var command: [String]
    var arguments: [String]
    var environment: [Variable]
    var mounts: [Mount]
    var addedCapabilities: [String]
    var droppedCapabilities: [String]
    var isPrivileged: Bool
    var allowsPrivilegeEscalation: Bool
    var startupProbe: Probe?
    var livenessProbe: Probe?
    var readinessProbe: Probe?
  }

  struct Variable: Sendable, Hashable {
    var name: String
    var value: String
    /// `valueFrom.fieldRef.fieldPath`.
    var fieldPath: String?
  }

  struct Mount: Sendable, Hashable {
    var volume: String
    var path: String
    var isReadOnly: Bool
  }

  struct Volume: Sendable, Hashable {
    var name: String
    var hostPath: String
    /// `hostPath.type`, empty where it is not checked.
    var type: String
  }

  /// - Parameter isStatic: a static pod may refer to nothing in the API.
  init(_ document: JSON, isStatic: Bool) throws(Refusal) {
    source = document
    guard document["kind"].string == "Pod", document["apiVersion"].string == "v1" else {
      throw Refusal("invalid pod: no kind \"\(document["kind"].string ?? "")\" is registered as a Pod of version v1")
    }
    var faults = Shape.pod.faults(of: document, in: "Pod")
    let spec = document["spec"]
    name = document["metadata"]["name"].string ?? ""
    namespace = document["metadata"]["namespace"].string ?? "default"
    isHostNetwork = spec["hostNetwork"].boolean ?? false
    if name.isEmpty { faults.append("metadata.name: Required value: name or generateName is required") }
    volumes = (spec["volumes"].items ?? []).map { volume in
      Volume(
        name: volume["name"].string ?? "", hostPath: volume["hostPath"]["path"].string ?? "",
        type: volume["hostPath"]["type"].string ?? "")
    }
    containers = (spec["containers"].items ?? []).map { Container($0) }
    if containers.isEmpty { faults.append("spec.containers: Required value") }
    faults += Self.faults(volumes: volumes, containers: containers)
    if isStatic {
      if spec["serviceAccountName"].string != nil { faults.append("static pods may not reference serviceaccounts") }
      for volume in spec["volumes"].items ?? [] {
        for kind in ["configMap", "secret", "projected"] where volume[kind] != .null {
          faults.append("static pods may not reference \(kind.lowercased())s")
        }
      }
    }
    if let refusal = Refusal.aggregate(faults) { throw Refusal("invalid pod \"\(name)\": \(refusal)") }
  }

  private static func faults(volumes: [Volume], containers: [Container]) -> [String] {
    var faults: [String] = []
    let types = [
      "", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket", "CharDevice", "BlockDevice",
    ]
    for (index, volume) in volumes.enumerated() {
      let place = "spec.volumes[\(index)]"
      if volume.name.isEmpty { faults.append("\(place).name: Required value") }
      if !types.contains(volume.type) {
        faults.append("\(place).hostPath.type: Unsupported value: \"\(volume.type)\"")
      }
      if volume.hostPath.split(separator: "/").contains("..") {
        faults.append("\(place).hostPath.path: Invalid value: \"\(volume.hostPath)\": must not contain '..'")
      }
    }
    let names = Set(volumes.map(\.name))
    for (index, container) in containers.enumerated() {
      let place = "spec.containers[\(index)]"
      if container.name.isEmpty { faults.append("\(place).name: Required value") }
      if container.image.isEmpty { faults.append("\(place).image: Required value") }
      for (number, mount) in container.mounts.enumerated() {
        if !names.contains(mount.volume) {
          faults.append("\(place).volumeMounts[\(number)].name: Not found: \"\(mount.volume)\"")
        }
        if mount.path.isEmpty { faults.append("\(place).volumeMounts[\(number)].mountPath: Required value") }
      }
      if Set(container.mounts.map(\.path)).count < container.mounts.count {
        faults.append("\(place).volumeMounts: Invalid value: must be unique")
      }
    }
    if Set(containers.map(\.name)).count < containers.count { faults.append("spec.containers: Duplicate value") }
    return faults
  }
}

extension Pod.Container {
  fileprivate init(_ json: JSON) {
    func strings(_ value: JSON) -> [String] { (value.items ?? []).compactMap(\.string) }
    let security = json["securityContext"]
    name = json["name"].string ?? ""
    image = json["image"].string ?? ""
    command = strings(json["command"])
    arguments = strings(json["args"])
    environment = (json["env"].items ?? []).map { variable in
      Pod.Variable(
        name: variable["name"].string ?? "", value: variable["value"].string ?? "",
        fieldPath: variable["valueFrom"]["fieldRef"]["fieldPath"].string)
    }
    mounts = (json["volumeMounts"].items ?? []).map { mount in
      Pod.Mount(
        volume: mount["name"].string ?? "", path: mount["mountPath"].string ?? "",
        isReadOnly: mount["readOnly"].boolean ?? false)
    }
    addedCapabilities = strings(security["capabilities"]["add"])
    droppedCapabilities = strings(security["capabilities"]["drop"])
    isPrivileged = security["privileged"].boolean ?? false
    allowsPrivilegeEscalation = security["allowPrivilegeEscalation"].boolean ?? true
    startupProbe = Probe(json["startupProbe"])
    livenessProbe = Probe(json["livenessProbe"])
    readinessProbe = Probe(json["readinessProbe"])
  }
}

extension Shape {
  /// `v1.Pod`, of which the parts that nobody renders are taken as they come.
  static let pod = Shape.object([
    "apiVersion": .string, "kind": .string, "status": .any,
    "metadata": .object([
      "name": .string, "namespace": .string, "labels": .map(.string), "annotations": .map(.string), "uid": .string,
      "resourceVersion": .string, "creationTimestamp": .string, "ownerReferences": .any, "managedFields": .any,
    ]),
    "spec": .object([
      "containers": .list(container), "initContainers": .list(container), "volumes": .list(volume),
      "hostNetwork": .bool, "hostPID": .bool, "priority": .int32, "priorityClassName": .string, "nodeName": .string,
      "restartPolicy": .string, "terminationGracePeriodSeconds": .int64, "serviceAccountName": .string,
      "dnsPolicy": .string, "tolerations": .any, "affinity": .any, "nodeSelector": .map(.string),
      "topologySpreadConstraints": .any,
      "securityContext": .object([
        "runAsUser": .int64, "runAsGroup": .int64, "runAsNonRoot": .bool, "fsGroup": .int64,
        "seLinuxOptions": .object(["level": .string, "type": .string, "role": .string, "user": .string]),
        "seccompProfile": .object(["type": .string, "localhostProfile": .string]),
      ]),
    ]),
  ])

  private static let volume = Shape.object([
    "name": .string, "hostPath": .object(["path": .string, "type": .string]), "emptyDir": .any, "configMap": .any,
    "secret": .any, "projected": .any,
  ])

  private static let container = Shape.object([
    "name": .string, "image": .string, "command": .list(.string), "args": .list(.string),
    "imagePullPolicy": .string, "workingDir": .string, "ports": .any, "lifecycle": .any,
    "env": .list(.object(["name": .string, "value": .string, "valueFrom": .any])),
    "volumeMounts": .list(
      .object([
        "name": .string, "mountPath": .string, "readOnly": .bool, "subPath": .string, "mountPropagation": .string,
      ])
    ),
    "resources": .object(["requests": .map(.quantity), "limits": .map(.quantity)]),
    "securityContext": .object([
      "allowPrivilegeEscalation": .bool, "privileged": .bool, "readOnlyRootFilesystem": .bool, "runAsUser": .int64,
      "runAsNonRoot": .bool, "capabilities": .object(["add": .list(.string), "drop": .list(.string)]),
    ]),
    "startupProbe": probe, "livenessProbe": probe, "readinessProbe": probe,
  ])

  private static let probe = Shape.object([
    "httpGet": .object([
      "host": .string, "path": .string, "port": .intOrString, "scheme": .string, "httpHeaders": .any,
    ]), "tcpSocket": .object(["host": .string, "port": .intOrString]), "exec": .any, "initialDelaySeconds": .int32,
    "timeoutSeconds": .int32, "periodSeconds": .int32, "successThreshold": .int32, "failureThreshold": .int32,
    "terminationGracePeriodSeconds": .int64,
  ])
}
