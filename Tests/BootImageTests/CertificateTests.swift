import PKI
import Testing

@testable import BootImage

struct CertificateTests {
  let cluster: ClusterDefinition
  let master: [NodeCertificate]
  let worker: [NodeCertificate]

  init() throws {
    cluster = try ClusterDefinition.openBaoExample()
    master = NodeCertificate.all(on: cluster.nodes[0], in: cluster)
    worker = NodeCertificate.all(on: cluster.nodes[3], in: cluster)
  }

  @Test("a worker keeps a kubelet certificate and nothing else")
  func ofWorker() throws {
    let kubelet = try #require(worker.first)
    #expect(worker.count == 1)
    #expect(kubelet.commonName == "system:node:worker-1")
    #expect(kubelet.organizations == ["system:nodes"])
    #expect(kubelet.dnsNames == ["worker-1", "worker-1.ll.example"])
    #expect(kubelet.addresses.map(\.description) == ["10.0.0.14"])
    #expect(kubelet.usages == [.client, .server])
    #expect(kubelet.path == "/etc/kubernetes/pki/kubelet.pem")
  }

  @Test(
    "a master keeps every certificate of the control plane, each of its own issuer",
    arguments: [
      ("kubelet", "kubernetes", "system:node:master-1", "system:nodes", "client server"),
      ("kube-apiserver", "kubernetes", "kube-apiserver", "", "server"),
      ("kube-apiserver-kubelet-client", "kubernetes", "kube-apiserver-kubelet-client", "", "client"),
      ("kube-apiserver-etcd-client", "etcd", "kube-apiserver-etcd-client", "", "client"),
      ("kube-front-proxy-client", "front-proxy", "front-proxy-client", "", "client"),
      ("kube-controller-manager", "kubernetes", "system:kube-controller-manager", "", "client"),
      ("kube-scheduler", "kubernetes", "system:kube-scheduler", "", "client"),
      ("kube-vip", "kubernetes", "low-layer:kube-vip", "", "client"),
      ("kube-admin", "kubernetes", "kube-admin", "system:masters", "client"),
      ("etcd-server", "etcd", "master-1", "", "client server"),
      ("etcd-peer", "etcd", "master-1", "", "client server"),
      ("openbao-listener", "platform", "master-1.ll.example", "", "server"),
    ])
  func ofMaster(name: String, issuer: String, commonName: String, organization: String, usages: String) throws {
    #expect(master.count == 12)
    let certificate = try #require(master.first { $0.name == name })
    #expect(certificate.issuer.rawValue == issuer)
    #expect(certificate.commonName == commonName)
    #expect(certificate.organizations.joined(separator: " ") == organization)
    #expect(certificate.usages.map(\.rawValue).sorted().joined(separator: " ") == usages)
  }

  @Test("an API server answers to every name and address that its clients use")
  func apiServerNames() throws {
    let certificate = try #require(master.first { $0.name == "kube-apiserver" })
    #expect(
      certificate.dnsNames == [
        "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
        "localhost", "master-1", "master-1.ll.example", "api.ll.example",
      ])
    #expect(certificate.addresses.map(\.description) == ["127.0.0.1", "10.0.0.11", "10.0.0.10", "10.96.0.1"])
  }

  @Test("an endpoint that is an address becomes an address in the certificate, once")
  func endpointAddress() throws {
    var cluster = cluster
    for (endpoint, expected) in [("192.0.2.7:6443", true), ("10.0.0.10:6443", false)] {
      cluster.controlPlane.endpoint = endpoint
      let certificate = try #require(
        NodeCertificate.all(on: cluster.nodes[0], in: cluster).first { $0.name == "kube-apiserver" })
      #expect(certificate.addresses.map(\.description).contains("192.0.2.7") == expected)
      #expect(Set(certificate.addresses).count == certificate.addresses.count)
      #expect(certificate.dnsNames.count == 7)
    }
  }

  @Test("files, roles and names on one node are distinct")
  func distinct() {
    for certificates in [master, worker] {
      #expect(Set(certificates.map(\.path)).count == certificates.count)
      #expect(Set(certificates.map { "\($0.issuer.mount)/\($0.role.name)" }).count == certificates.count)
      for certificate in certificates {
        #expect(Set(certificate.dnsNames).count == certificate.dnsNames.count)
      }
    }
  }

  @Test("a certificate with a node's names has a role of that node's own; one without is the same on every master")
  func rolesPerNode() {
    let others = NodeCertificate.all(on: cluster.nodes[1], in: cluster)
    for (one, other) in zip(master, others) {
      switch one.role {
      case .perNode(let name, let node):
        #expect(node == "master-1")
        #expect(one.role.name == "\(name)-master-1")
        #expect(one.role != other.role)
      case .shared: #expect(one == other)
      }
    }
  }

  @Test("nobody but kube-admin is in system:masters, and a pure client carries no name or address of a server")
  func leastPrivilege() {
    #expect(master.filter { $0.organizations.contains("system:masters") }.map(\.name) == ["kube-admin"])
    for certificate in master where certificate.usages == [.client] {
      #expect(certificate.dnsNames.isEmpty && certificate.addresses.isEmpty)
    }
  }

  @Test("every node trusts issuers by anchors of their own")
  func anchors() {
    #expect(
      Issuer.allCases.map(\.anchor) == [
        "/etc/ll/anchors/kubernetes.pem", "/etc/ll/anchors/etcd.pem", "/etc/ll/anchors/front-proxy.pem",
        "/etc/ll/anchors/platform.pem", "/etc/ll/anchors/bootstrap.pem",
      ])
  }

  @Test("every secret of the cluster is stored from a released file and rendered from a stored field")
  func clusterSecrets() {
    #expect(
      ClusterSecret.allCases.flatMap(\.files).map(\.path) == [
        "/etc/kubernetes/pki/sa.key", "/etc/kubernetes/pki/sa.pub", "/etc/kubernetes/pki/encryption.yaml",
      ])
    for secret in ClusterSecret.allCases {
      #expect(Set(secret.files.map(\.field)) == Set(secret.fields.map(\.name)))
    }
  }
}
