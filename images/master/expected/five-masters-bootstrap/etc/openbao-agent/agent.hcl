log_format = "json"

vault {
  address = "https://127.0.0.1:8200"
  tls_server_name = "openbao.nodes.example.internal"
  ca_cert = "/etc/ll/anchors/openbao.pem"
  client_cert = "/run/ll/login/login.pem"
  client_key = "/run/ll/login/login.pem"
}

auto_auth {
  method "cert" {
    mount_path = "auth/cert"
    min_backoff = "1s"

    # By default the wait grows to five minutes, longer than a boot may take.
    max_backoff = "5s"
    config = {
      name = "master"
    }
  }
}

template_config {
  exit_on_retry_failure = true
  static_secret_render_interval = "5m"
}

template {
  destination = "/etc/kubernetes/pki/kubelet.pem"
  contents = <<EOT
{{- with pkiCert "pki-kubernetes/issue/kubelet-master-1" "common_name=system:node:master-1" "exclude_cn_from_sans=true" "alt_names=master-1,master-1.nodes.example.internal" "ip_sans=10.20.0.11" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/kube-apiserver.pem"
  contents = <<EOT
{{- with pkiCert "pki-kubernetes/issue/kube-apiserver-master-1" "common_name=kube-apiserver" "exclude_cn_from_sans=true" "alt_names=kubernetes,kubernetes.default,kubernetes.default.svc,kubernetes.default.svc.cluster.local,localhost,master-1,master-1.nodes.example.internal,api.example.internal" "ip_sans=127.0.0.1,10.20.0.11,10.20.0.10,10.96.0.1" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/kube-apiserver-kubelet-client.pem"
  contents = <<EOT
{{- with pkiCert "pki-kubernetes/issue/kube-apiserver-kubelet-client" "common_name=kube-apiserver-kubelet-client" "exclude_cn_from_sans=true" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/kube-apiserver-etcd-client.pem"
  contents = <<EOT
{{- with pkiCert "pki-etcd/issue/kube-apiserver-etcd-client" "common_name=kube-apiserver-etcd-client" "exclude_cn_from_sans=true" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/kube-front-proxy-client.pem"
  contents = <<EOT
{{- with pkiCert "pki-front-proxy/issue/kube-front-proxy-client" "common_name=front-proxy-client" "exclude_cn_from_sans=true" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/kube-controller-manager.pem"
  contents = <<EOT
{{- with pkiCert "pki-kubernetes/issue/kube-controller-manager" "common_name=system:kube-controller-manager" "exclude_cn_from_sans=true" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/kube-scheduler.pem"
  contents = <<EOT
{{- with pkiCert "pki-kubernetes/issue/kube-scheduler" "common_name=system:kube-scheduler" "exclude_cn_from_sans=true" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/kube-admin.pem"
  contents = <<EOT
{{- with pkiCert "pki-kubernetes/issue/kube-admin" "common_name=kube-admin" "exclude_cn_from_sans=true" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/kube-vip.pem"
  contents = <<EOT
{{- with pkiCert "pki-kubernetes/issue/kube-vip" "common_name=low-layer:kube-vip" "exclude_cn_from_sans=true" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/etcd-server.pem"
  contents = <<EOT
{{- with pkiCert "pki-etcd/issue/etcd-server-master-1" "common_name=master-1" "exclude_cn_from_sans=true" "alt_names=localhost,master-1,master-1.nodes.example.internal" "ip_sans=127.0.0.1,10.20.0.11" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/etcd-peer.pem"
  contents = <<EOT
{{- with pkiCert "pki-etcd/issue/etcd-peer-master-1" "common_name=master-1" "exclude_cn_from_sans=true" "alt_names=localhost,master-1,master-1.nodes.example.internal" "ip_sans=127.0.0.1,10.20.0.11" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/openbao-listener.pem"
  contents = <<EOT
{{- with pkiCert "pki-platform/issue/openbao-listener-master-1" "common_name=master-1.nodes.example.internal" "exclude_cn_from_sans=true" "alt_names=master-1.nodes.example.internal,openbao.nodes.example.internal" "ip_sans=127.0.0.1,10.20.0.11" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/ll-agent-kubelet-client.pem"
  contents = <<EOT
{{- with pkiCert "pki-kubernetes/issue/ll-agent-kubelet-client-master-1" "common_name=low-layer:ll-agent:master-1" "exclude_cn_from_sans=true" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/sa.key"
  contents = <<EOT
{{- with secret "kv/data/service-account" -}}
{{ .Data.data.private_key | trimSpace }}
{{ end -}}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/sa.pub"
  contents = <<EOT
{{- with secret "kv/data/service-account" -}}
{{ .Data.data.public_key | trimSpace }}
{{ end -}}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}

template {
  destination = "/etc/kubernetes/pki/encryption.yaml"
  contents = <<EOT
{{- with secret "kv/data/etcd-encryption" -}}
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - secretbox:
          keys:
            - name: key1
              secret: {{ .Data.data.secretbox | trimSpace }}
      - identity: {}
{{ end -}}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}
