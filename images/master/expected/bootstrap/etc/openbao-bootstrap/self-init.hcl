initialize "logins" {
  request "enable_cert" {
    operation = "update"
    path = "sys/auth/cert"
    data = {
      type = "cert"
    }
  }

  request "read_cert" {
    operation = "read"
    path = "sys/auth/cert"
  }

  request "enable_approle" {
    operation = "update"
    path = "sys/auth/approle"
    data = {
      type = "approle"
    }
  }

  request "mount_kv" {
    operation = "update"
    path = "sys/mounts/kv"
    data = {
      type = "kv"
      options = {
        version = "2"
      }
    }
  }
}

initialize "issuers" {
  request "mount_kubernetes" {
    operation = "update"
    path = "sys/mounts/pki-kubernetes"
    data = {
      type = "pki"
      config = {
        max_lease_ttl = "8784h"
      }
    }
  }

  request "import_kubernetes" {
    operation = "update"
    path = "pki-kubernetes/issuers/import/bundle"
    data = {
      pem_bundle = {
        eval_source = "file"
        eval_type = "string"
        path = "/run/ll/openbao/issuer-kubernetes.pem"
      }
    }
  }

  request "issuer_kubernetes" {
    operation = "update"
    path = "pki-kubernetes/issuer/default"
    data = {
      issuer_name = "kubernetes"
      leaf_not_after_behavior = "truncate"
    }
  }

  request "urls_kubernetes" {
    operation = "update"
    path = "pki-kubernetes/config/urls"
    data = {
      issuing_certificates = ["https://openbao.nodes.example.internal:8200/v1/pki-kubernetes/ca"]
      crl_distribution_points = ["https://openbao.nodes.example.internal:8200/v1/pki-kubernetes/crl"]
    }
  }

  request "crl_kubernetes" {
    operation = "update"
    path = "pki-kubernetes/config/crl"
    data = {
      expiry = "72h"
      auto_rebuild = true
    }
  }

  request "tidy_kubernetes" {
    operation = "update"
    path = "pki-kubernetes/config/auto-tidy"
    data = {
      enabled = true
      tidy_cert_store = true
      tidy_revoked_certs = true
    }
  }

  request "mount_etcd" {
    operation = "update"
    path = "sys/mounts/pki-etcd"
    data = {
      type = "pki"
      config = {
        max_lease_ttl = "8784h"
      }
    }
  }

  request "import_etcd" {
    operation = "update"
    path = "pki-etcd/issuers/import/bundle"
    data = {
      pem_bundle = {
        eval_source = "file"
        eval_type = "string"
        path = "/run/ll/openbao/issuer-etcd.pem"
      }
    }
  }

  request "issuer_etcd" {
    operation = "update"
    path = "pki-etcd/issuer/default"
    data = {
      issuer_name = "etcd"
      leaf_not_after_behavior = "truncate"
    }
  }

  request "urls_etcd" {
    operation = "update"
    path = "pki-etcd/config/urls"
    data = {
      issuing_certificates = ["https://openbao.nodes.example.internal:8200/v1/pki-etcd/ca"]
      crl_distribution_points = ["https://openbao.nodes.example.internal:8200/v1/pki-etcd/crl"]
    }
  }

  request "crl_etcd" {
    operation = "update"
    path = "pki-etcd/config/crl"
    data = {
      expiry = "72h"
      auto_rebuild = true
    }
  }

  request "tidy_etcd" {
    operation = "update"
    path = "pki-etcd/config/auto-tidy"
    data = {
      enabled = true
      tidy_cert_store = true
      tidy_revoked_certs = true
    }
  }

  request "mount_front-proxy" {
    operation = "update"
    path = "sys/mounts/pki-front-proxy"
    data = {
      type = "pki"
      config = {
        max_lease_ttl = "8784h"
      }
    }
  }

  request "import_front-proxy" {
    operation = "update"
    path = "pki-front-proxy/issuers/import/bundle"
    data = {
      pem_bundle = {
        eval_source = "file"
        eval_type = "string"
        path = "/run/ll/openbao/issuer-front-proxy.pem"
      }
    }
  }

  request "issuer_front-proxy" {
    operation = "update"
    path = "pki-front-proxy/issuer/default"
    data = {
      issuer_name = "front-proxy"
      leaf_not_after_behavior = "truncate"
    }
  }

  request "urls_front-proxy" {
    operation = "update"
    path = "pki-front-proxy/config/urls"
    data = {
      issuing_certificates = ["https://openbao.nodes.example.internal:8200/v1/pki-front-proxy/ca"]
      crl_distribution_points = ["https://openbao.nodes.example.internal:8200/v1/pki-front-proxy/crl"]
    }
  }

  request "crl_front-proxy" {
    operation = "update"
    path = "pki-front-proxy/config/crl"
    data = {
      expiry = "72h"
      auto_rebuild = true
    }
  }

  request "tidy_front-proxy" {
    operation = "update"
    path = "pki-front-proxy/config/auto-tidy"
    data = {
      enabled = true
      tidy_cert_store = true
      tidy_revoked_certs = true
    }
  }

  request "mount_platform" {
    operation = "update"
    path = "sys/mounts/pki-platform"
    data = {
      type = "pki"
      config = {
        max_lease_ttl = "8784h"
      }
    }
  }

  request "import_platform" {
    operation = "update"
    path = "pki-platform/issuers/import/bundle"
    data = {
      pem_bundle = {
        eval_source = "file"
        eval_type = "string"
        path = "/run/ll/openbao/issuer-platform.pem"
      }
    }
  }

  request "issuer_platform" {
    operation = "update"
    path = "pki-platform/issuer/default"
    data = {
      issuer_name = "platform"
      leaf_not_after_behavior = "truncate"
    }
  }

  request "urls_platform" {
    operation = "update"
    path = "pki-platform/config/urls"
    data = {
      issuing_certificates = ["https://openbao.nodes.example.internal:8200/v1/pki-platform/ca"]
      crl_distribution_points = ["https://openbao.nodes.example.internal:8200/v1/pki-platform/crl"]
    }
  }

  request "crl_platform" {
    operation = "update"
    path = "pki-platform/config/crl"
    data = {
      expiry = "72h"
      auto_rebuild = true
    }
  }

  request "tidy_platform" {
    operation = "update"
    path = "pki-platform/config/auto-tidy"
    data = {
      enabled = true
      tidy_cert_store = true
      tidy_revoked_certs = true
    }
  }

  request "mount_bootstrap" {
    operation = "update"
    path = "sys/mounts/pki-bootstrap"
    data = {
      type = "pki"
      config = {
        max_lease_ttl = "8784h"
      }
    }
  }

  request "import_bootstrap" {
    operation = "update"
    path = "pki-bootstrap/issuers/import/bundle"
    data = {
      pem_bundle = {
        eval_source = "file"
        eval_type = "string"
        path = "/run/ll/openbao/issuer-bootstrap.pem"
      }
    }
  }

  request "issuer_bootstrap" {
    operation = "update"
    path = "pki-bootstrap/issuer/default"
    data = {
      issuer_name = "bootstrap"
      leaf_not_after_behavior = "truncate"
    }
  }

  request "urls_bootstrap" {
    operation = "update"
    path = "pki-bootstrap/config/urls"
    data = {
      issuing_certificates = ["https://openbao.nodes.example.internal:8200/v1/pki-bootstrap/ca"]
      crl_distribution_points = ["https://openbao.nodes.example.internal:8200/v1/pki-bootstrap/crl"]
    }
  }

  request "crl_bootstrap" {
    operation = "update"
    path = "pki-bootstrap/config/crl"
    data = {
      expiry = "72h"
      auto_rebuild = true
    }
  }

  request "tidy_bootstrap" {
    operation = "update"
    path = "pki-bootstrap/config/auto-tidy"
    data = {
      enabled = true
      tidy_cert_store = true
      tidy_revoked_certs = true
    }
  }
}

initialize "roles" {
  request "pki-kubernetes_kubelet-master-1" {
    operation = "update"
    path = "pki-kubernetes/roles/kubelet-master-1"
    data = {
      allowed_domains = ["system:node:master-1", "master-1", "master-1.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = false
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["10.20.0.11/32"]
      organization = ["system:nodes"]
      server_flag = true
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_kube-apiserver-master-1" {
    operation = "update"
    path = "pki-kubernetes/roles/kube-apiserver-master-1"
    data = {
      allowed_domains = ["kube-apiserver", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost", "master-1", "master-1.nodes.example.internal", "api.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["127.0.0.1/32", "10.20.0.11/32", "10.20.0.10/32", "10.96.0.1/32"]
      organization = []
      server_flag = true
      client_flag = false
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_kube-apiserver-kubelet-client" {
    operation = "update"
    path = "pki-kubernetes/roles/kube-apiserver-kubelet-client"
    data = {
      allowed_domains = ["kube-apiserver-kubelet-client"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = []
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-etcd_kube-apiserver-etcd-client" {
    operation = "update"
    path = "pki-etcd/roles/kube-apiserver-etcd-client"
    data = {
      allowed_domains = ["kube-apiserver-etcd-client"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = []
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-front-proxy_kube-front-proxy-client" {
    operation = "update"
    path = "pki-front-proxy/roles/kube-front-proxy-client"
    data = {
      allowed_domains = ["front-proxy-client"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = []
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_kube-controller-manager" {
    operation = "update"
    path = "pki-kubernetes/roles/kube-controller-manager"
    data = {
      allowed_domains = ["system:kube-controller-manager"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = false
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = []
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_kube-scheduler" {
    operation = "update"
    path = "pki-kubernetes/roles/kube-scheduler"
    data = {
      allowed_domains = ["system:kube-scheduler"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = false
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = []
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_kube-admin" {
    operation = "update"
    path = "pki-kubernetes/roles/kube-admin"
    data = {
      allowed_domains = ["kube-admin"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = ["system:masters"]
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "240h"
      max_ttl = "240h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_kube-vip" {
    operation = "update"
    path = "pki-kubernetes/roles/kube-vip"
    data = {
      allowed_domains = ["low-layer:kube-vip"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = false
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = []
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-etcd_etcd-server-master-1" {
    operation = "update"
    path = "pki-etcd/roles/etcd-server-master-1"
    data = {
      allowed_domains = ["master-1", "localhost", "master-1.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["127.0.0.1/32", "10.20.0.11/32"]
      organization = []
      server_flag = true
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-etcd_etcd-peer-master-1" {
    operation = "update"
    path = "pki-etcd/roles/etcd-peer-master-1"
    data = {
      allowed_domains = ["master-1", "localhost", "master-1.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["127.0.0.1/32", "10.20.0.11/32"]
      organization = []
      server_flag = true
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-platform_openbao-listener-master-1" {
    operation = "update"
    path = "pki-platform/roles/openbao-listener-master-1"
    data = {
      allowed_domains = ["master-1.nodes.example.internal", "openbao.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["127.0.0.1/32", "10.20.0.11/32"]
      organization = []
      server_flag = true
      client_flag = false
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_ll-agent-kubelet-client-master-1" {
    operation = "update"
    path = "pki-kubernetes/roles/ll-agent-kubelet-client-master-1"
    data = {
      allowed_domains = ["low-layer:ll-agent:master-1"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = false
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = ["low-layer:ll-agents"]
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_kubelet-master-2" {
    operation = "update"
    path = "pki-kubernetes/roles/kubelet-master-2"
    data = {
      allowed_domains = ["system:node:master-2", "master-2", "master-2.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = false
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["10.20.0.12/32"]
      organization = ["system:nodes"]
      server_flag = true
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_kube-apiserver-master-2" {
    operation = "update"
    path = "pki-kubernetes/roles/kube-apiserver-master-2"
    data = {
      allowed_domains = ["kube-apiserver", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost", "master-2", "master-2.nodes.example.internal", "api.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["127.0.0.1/32", "10.20.0.12/32", "10.20.0.10/32", "10.96.0.1/32"]
      organization = []
      server_flag = true
      client_flag = false
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-etcd_etcd-server-master-2" {
    operation = "update"
    path = "pki-etcd/roles/etcd-server-master-2"
    data = {
      allowed_domains = ["master-2", "localhost", "master-2.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["127.0.0.1/32", "10.20.0.12/32"]
      organization = []
      server_flag = true
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-etcd_etcd-peer-master-2" {
    operation = "update"
    path = "pki-etcd/roles/etcd-peer-master-2"
    data = {
      allowed_domains = ["master-2", "localhost", "master-2.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["127.0.0.1/32", "10.20.0.12/32"]
      organization = []
      server_flag = true
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-platform_openbao-listener-master-2" {
    operation = "update"
    path = "pki-platform/roles/openbao-listener-master-2"
    data = {
      allowed_domains = ["master-2.nodes.example.internal", "openbao.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["127.0.0.1/32", "10.20.0.12/32"]
      organization = []
      server_flag = true
      client_flag = false
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_ll-agent-kubelet-client-master-2" {
    operation = "update"
    path = "pki-kubernetes/roles/ll-agent-kubelet-client-master-2"
    data = {
      allowed_domains = ["low-layer:ll-agent:master-2"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = false
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = ["low-layer:ll-agents"]
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_kubelet-master-3" {
    operation = "update"
    path = "pki-kubernetes/roles/kubelet-master-3"
    data = {
      allowed_domains = ["system:node:master-3", "master-3", "master-3.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = false
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["10.20.0.13/32"]
      organization = ["system:nodes"]
      server_flag = true
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_kube-apiserver-master-3" {
    operation = "update"
    path = "pki-kubernetes/roles/kube-apiserver-master-3"
    data = {
      allowed_domains = ["kube-apiserver", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost", "master-3", "master-3.nodes.example.internal", "api.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["127.0.0.1/32", "10.20.0.13/32", "10.20.0.10/32", "10.96.0.1/32"]
      organization = []
      server_flag = true
      client_flag = false
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-etcd_etcd-server-master-3" {
    operation = "update"
    path = "pki-etcd/roles/etcd-server-master-3"
    data = {
      allowed_domains = ["master-3", "localhost", "master-3.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["127.0.0.1/32", "10.20.0.13/32"]
      organization = []
      server_flag = true
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-etcd_etcd-peer-master-3" {
    operation = "update"
    path = "pki-etcd/roles/etcd-peer-master-3"
    data = {
      allowed_domains = ["master-3", "localhost", "master-3.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["127.0.0.1/32", "10.20.0.13/32"]
      organization = []
      server_flag = true
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-platform_openbao-listener-master-3" {
    operation = "update"
    path = "pki-platform/roles/openbao-listener-master-3"
    data = {
      allowed_domains = ["master-3.nodes.example.internal", "openbao.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["127.0.0.1/32", "10.20.0.13/32"]
      organization = []
      server_flag = true
      client_flag = false
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_ll-agent-kubelet-client-master-3" {
    operation = "update"
    path = "pki-kubernetes/roles/ll-agent-kubelet-client-master-3"
    data = {
      allowed_domains = ["low-layer:ll-agent:master-3"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = false
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = ["low-layer:ll-agents"]
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_kubelet-worker-1" {
    operation = "update"
    path = "pki-kubernetes/roles/kubelet-worker-1"
    data = {
      allowed_domains = ["system:node:worker-1", "worker-1", "worker-1.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = false
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["10.20.0.21/32"]
      organization = ["system:nodes"]
      server_flag = true
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_ll-agent-kubelet-client-worker-1" {
    operation = "update"
    path = "pki-kubernetes/roles/ll-agent-kubelet-client-worker-1"
    data = {
      allowed_domains = ["low-layer:ll-agent:worker-1"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = false
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = ["low-layer:ll-agents"]
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_kubelet-worker-2" {
    operation = "update"
    path = "pki-kubernetes/roles/kubelet-worker-2"
    data = {
      allowed_domains = ["system:node:worker-2", "worker-2", "worker-2.nodes.example.internal"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = false
      allow_ip_sans = true
      allowed_ip_sans_cidr = ["10.20.0.22/32"]
      organization = ["system:nodes"]
      server_flag = true
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-kubernetes_ll-agent-kubelet-client-worker-2" {
    operation = "update"
    path = "pki-kubernetes/roles/ll-agent-kubelet-client-worker-2"
    data = {
      allowed_domains = ["low-layer:ll-agent:worker-2"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = false
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = ["low-layer:ll-agents"]
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-platform_ll-agent-master-1" {
    operation = "update"
    path = "pki-platform/roles/ll-agent-master-1"
    data = {
      allowed_domains = ["master-1"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = []
      allowed_uri_sans = ["lowlayer://master-1/fingerprint/*"]
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-platform_ll-agent-master-2" {
    operation = "update"
    path = "pki-platform/roles/ll-agent-master-2"
    data = {
      allowed_domains = ["master-2"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = []
      allowed_uri_sans = ["lowlayer://master-2/fingerprint/*"]
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-platform_ll-agent-master-3" {
    operation = "update"
    path = "pki-platform/roles/ll-agent-master-3"
    data = {
      allowed_domains = ["master-3"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = []
      allowed_uri_sans = ["lowlayer://master-3/fingerprint/*"]
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-platform_ll-agent-worker-1" {
    operation = "update"
    path = "pki-platform/roles/ll-agent-worker-1"
    data = {
      allowed_domains = ["worker-1"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = []
      allowed_uri_sans = ["lowlayer://worker-1/fingerprint/*"]
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }

  request "pki-platform_ll-agent-worker-2" {
    operation = "update"
    path = "pki-platform/roles/ll-agent-worker-2"
    data = {
      allowed_domains = ["worker-2"]
      allow_bare_domains = true
      allow_subdomains = false
      allow_glob_domains = false
      allow_wildcard_certificates = false
      allow_localhost = false
      enforce_hostnames = true
      allow_ip_sans = false
      allowed_ip_sans_cidr = []
      organization = []
      allowed_uri_sans = ["lowlayer://worker-2/fingerprint/*"]
      server_flag = false
      client_flag = true
      key_type = "ec"
      key_bits = 256
      key_usage = ["DigitalSignature"]
      not_before_duration = "5m"
      ttl = "2160h"
      max_ttl = "2160h"
      not_before_bound = "forbid"
      not_after_bound = "forbid"
    }
  }
}

initialize "secrets" {
  request "store_service-account" {
    operation = "update"
    path = "kv/data/service-account"
    data = {
      data = {
        private_key = {
          eval_source = "file"
          eval_type = "string"
          path = "/run/ll/openbao/service-account.key"
        }
        public_key = {
          eval_source = "file"
          eval_type = "string"
          path = "/run/ll/openbao/service-account.pub"
        }
      }
    }
  }

  request "store_etcd-encryption" {
    operation = "update"
    path = "kv/data/etcd-encryption"
    data = {
      data = {
        secretbox = {
          eval_source = "file"
          eval_type = "string"
          path = "/run/ll/openbao/etcd-encryption.key"
        }
      }
    }
  }
}

initialize "policies" {
  request "node-master" {
    operation = "update"
    path = "sys/policies/acl/node-master"
    data = {
      policy = {
        eval_source = "template"
        eval_type = "string"
        template = <<EOT
path "pki-kubernetes/issue/kubelet-{{ printf `{{identity.entity.aliases.%s.name}}` .responses.logins.read_cert.data.accessor }}" {
  capabilities = ["update"]
}

path "pki-kubernetes/issue/kube-apiserver-{{ printf `{{identity.entity.aliases.%s.name}}` .responses.logins.read_cert.data.accessor }}" {
  capabilities = ["update"]
}

path "pki-kubernetes/issue/kube-apiserver-kubelet-client" {
  capabilities = ["update"]
}

path "pki-etcd/issue/kube-apiserver-etcd-client" {
  capabilities = ["update"]
}

path "pki-front-proxy/issue/kube-front-proxy-client" {
  capabilities = ["update"]
}

path "pki-kubernetes/issue/kube-controller-manager" {
  capabilities = ["update"]
}

path "pki-kubernetes/issue/kube-scheduler" {
  capabilities = ["update"]
}

path "pki-kubernetes/issue/kube-admin" {
  capabilities = ["update"]
}

path "pki-kubernetes/issue/kube-vip" {
  capabilities = ["update"]
}

path "pki-etcd/issue/etcd-server-{{ printf `{{identity.entity.aliases.%s.name}}` .responses.logins.read_cert.data.accessor }}" {
  capabilities = ["update"]
}

path "pki-etcd/issue/etcd-peer-{{ printf `{{identity.entity.aliases.%s.name}}` .responses.logins.read_cert.data.accessor }}" {
  capabilities = ["update"]
}

path "pki-platform/issue/openbao-listener-{{ printf `{{identity.entity.aliases.%s.name}}` .responses.logins.read_cert.data.accessor }}" {
  capabilities = ["update"]
}

path "pki-kubernetes/issue/ll-agent-kubelet-client-{{ printf `{{identity.entity.aliases.%s.name}}` .responses.logins.read_cert.data.accessor }}" {
  capabilities = ["update"]
}

path "pki-platform/sign/ll-agent-{{ printf `{{identity.entity.aliases.%s.name}}` .responses.logins.read_cert.data.accessor }}" {
  capabilities = ["update"]
}

path "kv/data/service-account" {
  capabilities = ["read"]
}

path "kv/data/etcd-encryption" {
  capabilities = ["read"]
}
EOT
      }
    }
  }

  request "node-worker" {
    operation = "update"
    path = "sys/policies/acl/node-worker"
    data = {
      policy = {
        eval_source = "template"
        eval_type = "string"
        template = <<EOT
path "pki-kubernetes/issue/kubelet-{{ printf `{{identity.entity.aliases.%s.name}}` .responses.logins.read_cert.data.accessor }}" {
  capabilities = ["update"]
}

path "pki-kubernetes/issue/ll-agent-kubelet-client-{{ printf `{{identity.entity.aliases.%s.name}}` .responses.logins.read_cert.data.accessor }}" {
  capabilities = ["update"]
}

path "pki-platform/sign/ll-agent-{{ printf `{{identity.entity.aliases.%s.name}}` .responses.logins.read_cert.data.accessor }}" {
  capabilities = ["update"]
}
EOT
      }
    }
  }

  request "administrator" {
    operation = "update"
    path = "sys/policies/acl/administrator"
    data = {
      policy = <<EOT
path "*" {
  capabilities = ["create", "read", "update", "delete", "list", "patch", "sudo"]
}
EOT
    }
  }

  request "operator" {
    operation = "update"
    path = "sys/policies/acl/operator"
    data = {
      policy = <<EOT
path "sys/mounts/pki-org-*" {
  capabilities = ["create", "read", "update", "delete"]
}

path "pki-org-*" {
  capabilities = ["create", "read", "update", "delete", "list", "patch"]
}
EOT
    }
  }
}

# Who may log in, last: nobody gets in before everything above is in place.
initialize "access" {
  request "master" {
    operation = "update"
    path = "auth/cert/certs/master"
    data = {
      display_name = "master"
      certificate = {
        eval_source = "file"
        eval_type = "string"
        path = "/etc/ll/anchors/bootstrap.pem"
      }
      allowed_organizational_units = ["master"]
      token_policies = ["node-master"]
      token_ttl = "1h"
      token_max_ttl = "24h"
    }
  }

  request "worker" {
    operation = "update"
    path = "auth/cert/certs/worker"
    data = {
      display_name = "worker"
      certificate = {
        eval_source = "file"
        eval_type = "string"
        path = "/etc/ll/anchors/bootstrap.pem"
      }
      allowed_organizational_units = ["worker"]
      token_policies = ["node-worker"]
      token_ttl = "1h"
      token_max_ttl = "24h"
    }
  }

  request "administrator" {
    operation = "update"
    path = "auth/cert/certs/administrator"
    data = {
      display_name = "administrator"
      certificate = {
        eval_source = "file"
        eval_type = "string"
        path = "/etc/ll/anchors/bootstrap.pem"
      }
      allowed_organizational_units = ["administrator"]
      token_policies = ["administrator"]
      token_ttl = "1h"
      token_max_ttl = "8h"
    }
  }

  request "ll-operator" {
    operation = "update"
    path = "auth/approle/role/ll-operator"
    data = {
      token_policies = ["operator"]
      token_ttl = "1h"
      token_max_ttl = "24h"
    }
  }
}
