extension FlagSet {
  /// kube-apiserver's, by its reference page (kubernetes/website,
  /// `content/en/docs/reference/command-line-tools-reference/kube-apiserver.md`).
  static let kubeAPIServer =
    FlagSet(common)
    + FlagSet(
      """
      string:admission-control-config-file allow-metric-labels-manifest audit-log-format audit-log-mode audit-log-path
      string:audit-log-version audit-policy-file audit-webhook-config-file audit-webhook-mode audit-webhook-version
      string:authentication-config authentication-token-webhook-config-file authentication-token-webhook-version
      string:authorization-config authorization-policy-file authorization-webhook-config-file
      string:authorization-webhook-version cert-dir client-ca-file debug-socket-path egress-selector-config-file
      string:encryption-provider-config endpoint-reconciler-type etcd-cafile etcd-certfile etcd-keyfile etcd-prefix
      string:external-hostname kubelet-certificate-authority kubelet-client-certificate kubelet-client-key oidc-ca-file
      string:oidc-client-id oidc-groups-claim oidc-groups-prefix oidc-issuer-url oidc-username-claim
      string:oidc-username-prefix peer-advertise-ip peer-advertise-port peer-ca-file proxy-client-cert-file
      string:proxy-client-key-file requestheader-client-ca-file service-account-jwks-uri
      string:service-account-signing-endpoint service-account-signing-key-file service-cluster-ip-range
      string:service-node-port-range storage-backend storage-media-type tls-cert-file tls-min-version
      string:tls-private-key-file tls-sni-cert-key token-auth-file tracing-config-file
      strings:api-audiences authorization-mode cors-allowed-origins disable-admission-plugins disabled-metrics
      strings:emulated-version enable-admission-plugins etcd-servers etcd-servers-overrides
      strings:kubelet-preferred-address-types min-compatibility-version oidc-signing-algs requestheader-allowed-names
      strings:requestheader-extra-headers-prefix requestheader-group-headers requestheader-uid-headers
      strings:requestheader-username-headers service-account-issuer service-account-key-file
      strings:strict-transport-security-directives tls-cipher-suites watch-cache-sizes
      bool:aggregator-reject-forwarding-redirect allow-privileged anonymous-auth audit-log-batch-throttle-enable
      bool:audit-log-compress audit-log-truncate-enabled audit-webhook-batch-throttle-enable
      bool:audit-webhook-truncate-enabled contention-profiling disable-http2-serving emulation-forward-compatible
      bool:enable-aggregator-routing enable-bootstrap-token-auth enable-garbage-collector enable-logs-handler
      bool:enable-priority-and-fairness encryption-provider-config-automatic-reload permit-address-sharing
      bool:permit-port-sharing profiling runtime-config-emulation-forward-compatible
      bool:service-account-extend-token-expiration service-account-lookup shutdown-send-retry-after watch-cache
      int:apiserver-count audit-log-batch-buffer-size audit-log-batch-max-size audit-log-batch-throttle-burst
      int:audit-log-maxage audit-log-maxbackup audit-log-maxsize audit-log-truncate-max-batch-size
      int:audit-log-truncate-max-event-size audit-webhook-batch-buffer-size audit-webhook-batch-max-size
      int:audit-webhook-batch-throttle-burst audit-webhook-truncate-max-batch-size
      int:audit-webhook-truncate-max-event-size default-not-ready-toleration-seconds
      int:default-unreachable-toleration-seconds delete-collection-workers http2-max-streams-per-connection
      int:kubernetes-service-node-port lease-reuse-duration-seconds max-connection-bytes-per-sec
      int:max-mutating-requests-inflight max-requests-inflight min-request-timeout secure-port
      float:audit-log-batch-throttle-qps audit-webhook-batch-throttle-qps goaway-chance
      duration:audit-log-batch-max-wait audit-webhook-batch-max-wait audit-webhook-initial-backoff
      duration:authentication-token-webhook-cache-ttl authorization-webhook-cache-authorized-ttl
      duration:authorization-webhook-cache-unauthorized-ttl coordinated-leadership-lease-duration
      duration:coordinated-leadership-renew-deadline coordinated-leadership-retry-period etcd-compaction-interval
      duration:etcd-count-metric-poll-period etcd-db-metric-poll-interval etcd-healthcheck-timeout
      duration:etcd-readycheck-timeout event-ttl kubelet-timeout livez-grace-period request-timeout
      duration:service-account-max-token-expiration shutdown-delay-duration shutdown-watch-termination-grace-period
      duration:storage-initialization-timeout
      ip:advertise-address bind-address
      map:allow-metric-labels oidc-required-claim runtime-config
      """)
}

/// What kube-apiserver knows by name.
enum APIServerNames {
  static let admissionPlugins: Set<String> = Set(
    """
    AlwaysAdmit AlwaysDeny AlwaysPullImages CertificateApproval CertificateSigning CertificateSubjectRestriction \
    ClusterTrustBundleAttest DefaultIngressClass DefaultStorageClass DefaultTolerationSeconds DenyServiceExternalIPs \
    EventRateLimit ExtendedResourceToleration ImagePolicyWebhook LimitPodHardAntiAffinityTopology LimitRanger \
    MutatingAdmissionPolicy MutatingAdmissionWebhook NamespaceAutoProvision NamespaceExists NamespaceLifecycle \
    NodeDeclaredFeatureValidator NodeRestriction OwnerReferencesPermissionEnforcement PersistentVolumeClaimResize \
    PodNodeSelector PodSecurity PodTolerationRestriction PodTopologyLabels Priority ResourceQuota RuntimeClass \
    ServiceAccount StorageObjectInUseProtection TaintNodesByCondition ValidatingAdmissionPolicy \
    ValidatingAdmissionWebhook
    """.split(separator: " ").map(String.init))

  static let authorizationModes: Set<String> = ["AlwaysAllow", "AlwaysDeny", "ABAC", "Webhook", "RBAC", "Node"]

  static let tlsVersions: Set<String> = ["VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13"]

  static let cipherSuites: Set<String> = Set(
    """
    TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA \
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA \
    TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305 \
    TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA \
    TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 \
    TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    """.split(separator: " ").map(String.init))
}
