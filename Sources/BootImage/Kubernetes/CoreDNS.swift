extension NodePlan {
  /// CoreDNS as kubeadm deploys it: service account, role, configuration, deployment and the Service at the tenth address.
  var coreDNS: [YAMLContent] {
    let labels = YAMLContent.map([("k8s-app", .string("kube-dns"))])
    let metadata = YAMLContent.map([
      ("name", .string("coredns")), ("namespace", .string("kube-system")), ("labels", labels),
    ])
    return [
      .map([("apiVersion", .string("v1")), ("kind", .string("ServiceAccount")), ("metadata", metadata)]),
      .map([
        ("apiVersion", .string("rbac.authorization.k8s.io/v1")), ("kind", .string("ClusterRole")),
        ("metadata", .map([("name", .string("system:coredns"))])),
        (
          "rules",
          .list([
            rule("", ["endpoints", "services", "pods", "namespaces"]), rule("discovery.k8s.io", ["endpointslices"]),
          ])
        ),
      ]),
      .map([
        ("apiVersion", .string("rbac.authorization.k8s.io/v1")), ("kind", .string("ClusterRoleBinding")),
        ("metadata", .map([("name", .string("system:coredns"))])),
        (
          "roleRef",
          .map([
            ("apiGroup", .string("rbac.authorization.k8s.io")), ("kind", .string("ClusterRole")),
            ("name", .string("system:coredns")),
          ])
        ),
        (
          "subjects",
          .list([
            .map([
              ("kind", .string("ServiceAccount")), ("name", .string("coredns")), ("namespace", .string("kube-system")),
            ])
          ])
        ),
      ]),
      .map([
        ("apiVersion", .string("v1")), ("kind", .string("ConfigMap")), ("metadata", metadata),
        ("data", .map([("Corefile", .string(corefile))])),
      ]),
      .map([
        ("apiVersion", .string("apps/v1")), ("kind", .string("Deployment")), ("metadata", metadata),
        (
          "spec",
          .map([
            ("replicas", .integer(2)), ("selector", .map([("matchLabels", labels)])),
            ("template", .map([("metadata", .map([("labels", labels)])), ("spec", podSpec(labels))])),
          ])
        ),
      ]),
      .map([
        ("apiVersion", .string("v1")), ("kind", .string("Service")),
        (
          "metadata",
          .map([("name", .string("kube-dns")), ("namespace", .string("kube-system")), ("labels", labels)])
        ),
        (
          "spec",
          .map([
            ("clusterIP", .string("\(cluster.dnsServiceAddress)")), ("selector", labels),
            ("ports", .list([port("dns", 53, "UDP"), port("dns-tcp", 53, "TCP"), port("metrics", 9153, "TCP")])),
          ])
        ),
      ]),
    ]
  }

  private var corefile: String {
    """
    .:53 {
        errors
        health {
            lameduck 5s
        }
        ready
        kubernetes \(cluster.clusterDomain) in-addr.arpa ip6.arpa {
            pods insecure
            fallthrough in-addr.arpa ip6.arpa
            ttl 30
        }
        prometheus :9153
        forward . /etc/resolv.conf {
            max_concurrent 1000
        }
        cache 30
        loop
        reload
        loadbalance
    }

    """
  }

  private func podSpec(_ labels: YAMLContent) -> YAMLContent {
    .map([
      ("serviceAccountName", .string("coredns")), ("priorityClassName", .string("system-cluster-critical")),
      ("dnsPolicy", .string("Default")),
      ("tolerations", .list([.map([("key", .string("CriticalAddonsOnly")), ("operator", .string("Exists"))])])),
      (
        "topologySpreadConstraints",
        .list([
          .map([
            ("maxSkew", .integer(1)), ("topologyKey", .string("kubernetes.io/hostname")),
            ("whenUnsatisfiable", .string("ScheduleAnyway")), ("labelSelector", .map([("matchLabels", labels)])),
          ])
        ])
      ),
      (
        "containers",
        .list([
          .map([
            ("name", .string("coredns")), ("image", .string(reference(.coredns))),
            ("args", .strings(["-conf", "/etc/coredns/Corefile"])),
            (
              "ports",
              .list([
                containerPort("dns", 53, "UDP"), containerPort("dns-tcp", 53, "TCP"),
                containerPort("metrics", 9153, "TCP"),
              ])
            ),
            ("livenessProbe", probe("/health", 8080)), ("readinessProbe", probe("/ready", 8181)),
            (
              "resources",
              .map([
                ("limits", .map([("memory", .string("170Mi"))])),
                ("requests", .map([("cpu", .string("100m")), ("memory", .string("70Mi"))])),
              ])
            ),
            (
              "securityContext",
              .map([
                ("allowPrivilegeEscalation", .boolean(false)), ("readOnlyRootFilesystem", .boolean(true)),
                (
                  "capabilities", .map([("add", .strings(["NET_BIND_SERVICE"])), ("drop", .strings(["ALL"]))])
                ),
              ])
            ),
            (
              "volumeMounts",
              .list([
                .map([
                  ("name", .string("config")), ("mountPath", .string("/etc/coredns")), ("readOnly", .boolean(true)),
                ])
              ])
            ),
          ])
        ])
      ),
      (
        "volumes",
        .list([.map([("name", .string("config")), ("configMap", .map([("name", .string("coredns"))]))])])
      ),
    ])
  }

  private func rule(_ group: String, _ resources: [String]) -> YAMLContent {
    .map([
      ("apiGroups", .strings([group])), ("resources", .strings(resources)), ("verbs", .strings(["list", "watch"])),
    ])
  }

  private func port(_ name: String, _ number: Int, _ transport: String) -> YAMLContent {
    .map([("name", .string(name)), ("port", .integer(number)), ("protocol", .string(transport))])
  }

  private func containerPort(_ name: String, _ number: Int, _ transport: String) -> YAMLContent {
    .map([("name", .string(name)), ("containerPort", .integer(number)), ("protocol", .string(transport))])
  }

  private func probe(_ path: String, _ port: Int) -> YAMLContent {
    .map([
      (
        "httpGet",
        .map([("path", .string(path)), ("port", .integer(port)), ("scheme", .string("HTTP"))])
      ), ("timeoutSeconds", .integer(5)),
    ])
  }
}
