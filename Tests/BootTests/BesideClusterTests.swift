import BootChain
import Foundation
import Testing

/// Workers that something keeps from coming up beside a cluster that runs; each comes up unaided once that is gone.
@Suite("Boots that wait for a person", .serialized, .needsWholeMatrix, SharedMachines(name: "beside"))
struct BesideClusterTests {
  private func machines() throws -> LabMachines { try #require(SharedMachines.current).usable() }

  private func expectNoKubelet(on name: String) throws {
    let machines = try machines()
    #expect(try !machines.isReady(ChainUnit.kubelet, on: name), "kubelet started without its certificates")
    #expect(try machines.output(name, ["sh", "-c", "systemctl is-active kubelet || true"]) != "active")
  }

  @Test("three masters that start at the same instant form one cluster")
  func masters() throws {
    try SharedMachines.step { machines in
      try machines.boot(LabMachines.masters)
      try machines.expectProof(on: LabMachines.masters, seconds: 300)
      try machines.report(LabMachines.masters, "three masters at once, a whole new cluster")
      try machines.expectOneCluster(of: LabMachines.masters)
    }
  }

  @Test("a template that never renders: kubelet must not start, and both the agent and the gate say what is missing")
  func template() throws {
    let machines = try machines()
    let good = "pki-kubernetes/issue/kubelet-worker-1"
    try machines.editFile("worker-1", "/etc/openbao-agent/agent.hcl") { data in
      let text = String(decoding: data, as: UTF8.self)
      try #require(text.contains(good))
      data = Data(text.replacing(good, with: "pki-kubernetes/issue/nobody").utf8)
    }
    try machines.boot(["worker-1"])
    try machines.expectWords("pki-kubernetes/issue/nobody", on: "worker-1", unit: ChainUnit.openbaoAgent)
    try machines.expectWords("/etc/kubernetes/pki/kubelet.pem", on: "worker-1", unit: ChainUnit.pkiReady)
    // Long enough for the agent to give up and to be started again.
    sleep(20)
    try expectNoKubelet(on: "worker-1")
    _ = try machines.output(
      "worker-1",
      [
        "sh", "-ec",
        "sed -i 's|pki-kubernetes/issue/nobody|\(good)|' /etc/openbao-agent/agent.hcl; systemctl restart openbao-agent",
      ],
      seconds: 90)
    try machines.expectProof(on: ["worker-1"], seconds: 120)
  }

  @Test("a full disk where certificates go: said with the file's name; with room again the chain completes")
  func fullDisk() throws {
    let machines = try machines()
    try machines.edit("worker-2") { config in
      var systemd = try #require(config["systemd"] as? [String: Any])
      var units = try #require(systemd["units"] as? [[String: Any]])
      // A file system of its own, with no block left.
      let mount = """
        [Unit]
        Before=local-fs.target
        [Mount]
        What=tmpfs
        Where=/etc/kubernetes/pki
        Type=tmpfs
        Options=size=4k,mode=0700
        [Install]
        WantedBy=local-fs.target
        """
      let fill = """
        [Unit]
        DefaultDependencies=no
        After=etc-kubernetes-pki.mount
        Before=sysinit.target
        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/sh -c 'head -c 4096 /dev/zero >/etc/kubernetes/pki/ballast'
        [Install]
        WantedBy=sysinit.target
        """
      units.append(["name": "etc-kubernetes-pki.mount", "enabled": true, "contents": mount])
      units.append(["name": "test-full.service", "enabled": true, "contents": fill])
      systemd["units"] = units
      config["systemd"] = systemd
    }
    try machines.boot(["worker-2"])
    try machines.expectWords("no space left on device", on: "worker-2", unit: ChainUnit.openbaoAgent)
    try expectNoKubelet(on: "worker-2")
    _ = try machines.output("worker-2", ["mount", "-o", "remount,size=1m", "/etc/kubernetes/pki"])
    try machines.expectProof(on: ["worker-2"], seconds: 150)
  }
}
