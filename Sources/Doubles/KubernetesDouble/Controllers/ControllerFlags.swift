extension FlagSet {
  /// What kube-controller-manager and kube-scheduler share (k8s.io/apiserver's serving and delegated authentication).
  private static let serving =
    FlagSet(common)
    + FlagSet(
      """
      string:authentication-kubeconfig authorization-kubeconfig cert-dir client-ca-file config kubeconfig
      string:kube-api-content-type leader-elect-resource-lock leader-elect-resource-name leader-elect-resource-namespace
      string:master requestheader-client-ca-file tls-cert-file tls-min-version tls-private-key-file tls-sni-cert-key
      string:write-config-to allow-metric-labels-manifest
      strings:authorization-always-allow-paths disabled-metrics emulated-version min-compatibility-version
      strings:requestheader-allowed-names requestheader-extra-headers-prefix requestheader-group-headers
      strings:requestheader-uid-headers requestheader-username-headers tls-cipher-suites
      bool:authentication-skip-lookup authentication-tolerate-lookup-failure contention-profiling disable-http2-serving
      bool:leader-elect permit-address-sharing permit-port-sharing profiling
      int:http2-max-streams-per-connection kube-api-burst secure-port pod-max-in-unschedulable-pods-duration
      float:kube-api-qps
      duration:authentication-token-webhook-cache-ttl authorization-webhook-cache-authorized-ttl
      duration:authorization-webhook-cache-unauthorized-ttl leader-elect-lease-duration leader-elect-renew-deadline
      duration:leader-elect-retry-period
      ip:bind-address
      map:allow-metric-labels
      """)

  /// kube-scheduler's (kubernetes/website, `command-line-tools-reference/kube-scheduler.md`).
  static let kubeScheduler = serving

  /// kube-controller-manager's (`command-line-tools-reference/kube-controller-manager.md`).
  static let kubeControllerManager =
    serving
    + FlagSet(
      """
      string:cidr-allocator-type cloud-config cloud-provider cluster-cidr cluster-name cluster-signing-cert-file
      string:cluster-signing-key-file cluster-signing-kube-apiserver-client-cert-file
      string:cluster-signing-kube-apiserver-client-key-file cluster-signing-kubelet-client-cert-file
      string:cluster-signing-kubelet-client-key-file cluster-signing-kubelet-serving-cert-file
      string:cluster-signing-kubelet-serving-key-file cluster-signing-legacy-unknown-cert-file
      string:cluster-signing-legacy-unknown-key-file external-cloud-volume-plugin flex-volume-plugin-dir root-ca-file
      string:service-account-private-key-file service-cluster-ip-range
      strings:controllers
      bool:allocate-node-cidrs concurrent-job-syncs-adaptive configure-cloud-routes enable-dynamic-provisioning
      bool:enable-garbage-collector enable-hostpath-provisioner enable-leader-migration use-service-account-credentials
      int:concurrent-cron-job-syncs concurrent-daemonset-syncs concurrent-deployment-syncs concurrent-endpoint-syncs
      int:concurrent-ephemeralvolume-syncs concurrent-gc-syncs concurrent-horizontal-pod-autoscaler-syncs
      int:concurrent-job-syncs concurrent-namespace-syncs concurrent-rc-syncs concurrent-replicaset-syncs
      int:concurrent-resource-quota-syncs concurrent-service-endpoint-syncs concurrent-service-syncs
      int:concurrent-serviceaccount-token-syncs concurrent-statefulset-syncs concurrent-ttl-after-finished-syncs
      int:concurrent-validating-admission-policy-status-syncs endpointslice-batch-size large-cluster-size-threshold
      int:max-endpoints-per-slice mirroring-concurrent-service-endpoint-syncs mirroring-max-endpoints-per-subset
      int:node-cidr-mask-size node-cidr-mask-size-ipv4 node-cidr-mask-size-ipv6 terminated-pod-gc-threshold
      float:horizontal-pod-autoscaler-tolerance node-eviction-rate secondary-node-eviction-rate unhealthy-zone-threshold
      duration:attach-detach-reconcile-sync-period cluster-signing-duration controller-start-interval
      duration:horizontal-pod-autoscaler-sync-period min-resync-period namespace-sync-period
      duration:node-monitor-grace-period node-monitor-period node-startup-grace-period pvclaimbinder-sync-period
      duration:resource-quota-sync-period route-reconciliation-period legacy-service-account-token-clean-up-period
      """)
}
