/// The objects that the chart would make of the values, as far as a lab needs them.
struct CiliumChart: Sendable {
  var values: CiliumValues
  var version: String
  var namespace: String

  var objects: [(kind: ResourceKind, object: JSON)] {
    [
      (.serviceAccounts, object(.serviceAccounts, "cilium", [:])),
      (.configMaps, object(.configMaps, "cilium-config", ["data": configuration])),
      (.daemonSets, object(.daemonSets, "cilium", ["spec": agent])),
      (.deployments, object(.deployments, "cilium-operator", ["spec": operatorSpec])),
    ]
  }

  private func object(_ kind: ResourceKind, _ name: String, _ rest: JSON) -> JSON {
    MergePatch.merge(
      rest,
      into: [
        "apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind),
        "metadata": [
          "name": .string(name), "namespace": .string(namespace),
          "labels": ["app.kubernetes.io/part-of": "cilium", "helm.sh/chart": .string("cilium-\(version)")],
        ],
      ])
  }

  private var configuration: JSON {
    ["cluster-name": .string(values.clusterName), "ipam": .string(values.ipamMode), "agent-health-port": "9879"]
  }

  private var agent: JSON {
    let probe: JSON = [
      "httpGet": ["host": "127.0.0.1", "path": "/healthz", "port": 9879, "scheme": "HTTP"], "periodSeconds": 2,
      "failureThreshold": 300, "timeoutSeconds": 5,
    ]
    let container: JSON = [
      "name": "cilium-agent", "image": .string(values.agentImage), "command": ["cilium-agent"],
      "args": ["--config-dir=/tmp/cilium/config-map"],
      "env": [
        ["name": "KUBERNETES_SERVICE_HOST", "value": .string(values.serviceHost)],
        ["name": "KUBERNETES_SERVICE_PORT", "value": .string(values.servicePort)],
        ["name": "K8S_NODE_NAME", "valueFrom": ["fieldRef": ["fieldPath": "spec.nodeName"]]],
      ], "startupProbe": probe, "readinessProbe": probe,
      "volumeMounts": [["name": "etc-cni-netd", "mountPath": "/host/etc/cni/net.d"]],
    ]
    return [
      "selector": ["matchLabels": ["k8s-app": "cilium"]],
      "template": [
        "metadata": ["labels": ["k8s-app": "cilium"]],
        "spec": [
          "hostNetwork": true, "priorityClassName": "system-node-critical", "containers": [container],
          "volumes": [
            ["name": "etc-cni-netd", "hostPath": ["path": .string(values.confPath), "type": "DirectoryOrCreate"]]
          ],
        ],
      ],
    ]
  }

  private var operatorSpec: JSON {
    [
      "replicas": .integer(values.operatorReplicas), "selector": ["matchLabels": ["name": "cilium-operator"]],
      "template": [
        "metadata": ["labels": ["name": "cilium-operator"]],
        "spec": [
          "hostNetwork": true,
          "containers": [["name": "cilium-operator", "image": .string(values.operatorImage)]],
        ],
      ],
    ]
  }
}
