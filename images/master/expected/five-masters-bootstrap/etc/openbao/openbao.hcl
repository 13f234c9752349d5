cluster_name = "example"
api_addr = "https://10.20.0.11:8200"
cluster_addr = "https://10.20.0.11:8201"
ui = false
log_format = "json"

storage "raft" {
  path = "/var/lib/openbao"
  node_id = "master-1"
  performance_multiplier = 1

  retry_join {
    leader_api_addr = "https://10.20.0.14:8200"
    leader_ca_cert_file = "/etc/ll/anchors/openbao.pem"
    leader_tls_servername = "master-4.nodes.example.internal"
  }

  retry_join {
    leader_api_addr = "https://10.20.0.15:8200"
    leader_ca_cert_file = "/etc/ll/anchors/openbao.pem"
    leader_tls_servername = "master-5.nodes.example.internal"
  }

  retry_join {
    leader_api_addr = "https://10.20.0.12:8200"
    leader_ca_cert_file = "/etc/ll/anchors/openbao.pem"
    leader_tls_servername = "master-2.nodes.example.internal"
  }

  retry_join {
    leader_api_addr = "https://10.20.0.13:8200"
    leader_ca_cert_file = "/etc/ll/anchors/openbao.pem"
    leader_tls_servername = "master-3.nodes.example.internal"
  }
}

listener "tcp" {
  address = "10.20.0.11:8200"
  cluster_address = "10.20.0.11:8201"
  tls_cert_file = "/run/ll/openbao/listener.pem"
  tls_key_file = "/run/ll/openbao/listener.pem"
  tls_min_version = "tls13"
}

seal "static" {
  current_key_id = "not-made-yet"
  current_key = "file:///run/ll/openbao/static-seal.key"
}

audit "file" "stdout" {
  description = "Every request, for the journal"

  options {
    file_path = "stdout"
  }
}
