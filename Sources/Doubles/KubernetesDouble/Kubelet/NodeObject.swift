import Foundation

/// This node as the API shows it.
struct NodeObject {
  let options: KubeletOptions
  /// Why the network is not ready; `nil` where it is.
  var networkFault: String?

  var registration: JSON {
    var labels: [String: JSON] = [
      "kubernetes.io/hostname": .string(options.nodeName), "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
    ]
    for (key, value) in options.labels { labels[key] = .string(value) }
    return [
      "apiVersion": "v1", "kind": "Node",
      "metadata": ["name": .string(options.nodeName), "labels": .object(labels)], "spec": [:], "status": status,
    ]
  }

  var status: JSON {
    let condition: JSON = [
      "type": "Ready", "status": networkFault == nil ? "True" : "False",
      "reason": networkFault == nil ? "KubeletReady" : "KubeletNotReady",
      "message": .string(
        networkFault.map { "container runtime network not ready: \($0)" } ?? "kubelet is posting ready status"),
    ]
    return [
      "conditions": [condition],
      "addresses": [
        ["type": "InternalIP", "address": .string(options.nodeAddress)],
        ["type": "Hostname", "address": .string(options.nodeName)],
      ],
      "capacity": ["pods": .string("\(options.configuration.maxPods)")],
      "nodeInfo": [
        "kubeletVersion": .string(DoubleProgram.kubernetesVersion),
        "containerRuntimeVersion": .string("cri-o://\(DoubleProgram.crioVersion)"),
      ],
    ]
  }

  /// What has to change in `old`; `nil` where nothing has to.
  func patch(of old: JSON) -> JSON? {
    MergePatch.merge(status, into: old["status"]) == old["status"] ? nil : ["status": status]
  }
}

/// The node's lease in kube-node-lease, the sign that its kubelet lives.
struct NodeLease {
  var name: String
  var client: KubeClient

  func renew() async throws {
    let namespace = "kube-node-lease"
    let spec: JSON = [
      "holderIdentity": .string(name), "leaseDurationSeconds": 40,
      "renewTime": .string(Date().formatted(.iso8601)),
    ]
    if let old = try await client.find(.leases, namespace: namespace, name: name) {
      var lease = old
      lease["spec"] = spec
      _ = try await client.update(.leases, namespace: namespace, lease)
    } else {
      _ = try await client.create(
        .leases, namespace: namespace,
        [
          "apiVersion": .string(ResourceKind.leases.apiVersion), "kind": "Lease",
          "metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": spec,
        ])
    }
  }
}
