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
      name = "worker"
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
{{- with pkiCert "pki-kubernetes/issue/kubelet-worker-1" "common_name=system:node:worker-1" "exclude_cn_from_sans=true" "alt_names=worker-1,worker-1.nodes.example.internal" "ip_sans=10.20.0.21" -}}
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
{{- with pkiCert "pki-kubernetes/issue/ll-agent-kubelet-client-worker-1" "common_name=low-layer:ll-agent:worker-1" "exclude_cn_from_sans=true" -}}
{{ .Data.Cert }}{{ .Data.CA }}{{ .Data.Key }}
{{- end }}
EOT
  perms = "0600"
  backup = false
  error_on_missing_key = true
}
