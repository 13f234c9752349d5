/// kubelet's configuration file, validated as upstream does (`pkg/kubelet/apis/config/validation/validation.go`), and
/// more strictly in one thing: upstream warns of unknown fields and goes on, and a rendered file must not need that.
struct KubeletConfiguration: Sendable {
  private let document: JSON

  init(_ path: String) throws(Refusal) {
    let words = "failed to load kubelet config file, path: \(path), error:"
    let text: String
    do throws(Refusal) {
      text = try HostFile.text(path)
    } catch {
      throw Refusal(
        "\(words) failed to load Kubelet config file \(path), error failed to read kubelet config file \"\(path)\", "
          + "error: \(error)")
    }
    try self.init(text: text, words: "\(words) failed to load Kubelet config file \(path), error")
  }

  /// From the file's text; `words` begin every refusal of decoding.
  init(text: String, words: String) throws(Refusal) {
    if text.isEmpty { throw Refusal("\(words) kubelet config file was empty") }
    do throws(Refusal) {
      document = try YAMLText.document(text)
    } catch {
      throw Refusal("\(words) failed to decode: \(error)")
    }
    let version = document["apiVersion"].string ?? ""
    guard version == "kubelet.config.k8s.io/v1beta1", document["kind"].string == "KubeletConfiguration" else {
      throw Refusal(
        "\(words) failed to decode: no kind \"\(document["kind"].string ?? "")\" is registered for version "
          + "\"\(version)\" in scheme \"k8s.io/kubernetes/pkg/kubelet/apis/config/scheme/scheme.go\"")
    }
    let faults = Shape.kubeletConfiguration.faults(of: document, in: "KubeletConfiguration")
    if let refusal = Refusal.aggregate(faults) { throw Refusal("\(words) failed to decode: \(refusal)") }
    if let refusal = Refusal.aggregate(KubeletValidation(document).faults) {
      throw Refusal("failed to validate kubelet configuration, error: \(refusal), path: &TypeMeta{Kind:,APIVersion:,}")
    }
  }

  var clientCAFile: String { document["authentication"]["x509"]["clientCAFile"].string ?? "" }
  var isAnonymousEnabled: Bool { document["authentication"]["anonymous"]["enabled"].boolean ?? false }
  var asksForAuthorization: Bool { document["authorization"]["mode"].string ?? "Webhook" == "Webhook" }
  var tlsCertFile: String { document["tlsCertFile"].string ?? "" }
  var tlsPrivateKeyFile: String { document["tlsPrivateKeyFile"].string ?? "" }
  var containerRuntimeEndpoint: String { document["containerRuntimeEndpoint"].string ?? "" }
  var staticPodPath: String? { document["staticPodPath"].string }
  var address: String { document["address"].string ?? "0.0.0.0" }
  var port: Int { Int(document["port"].integer ?? 10250) }
  var healthzBindAddress: String { document["healthzBindAddress"].string ?? "127.0.0.1" }
  var healthzPort: Int { Int(document["healthzPort"].integer ?? 10248) }
  var failSwapOn: Bool { document["failSwapOn"].boolean ?? true }
  var protectKernelDefaults: Bool { document["protectKernelDefaults"].boolean ?? false }
  var maxPods: Int { Int(document["maxPods"].integer ?? 110) }
}
