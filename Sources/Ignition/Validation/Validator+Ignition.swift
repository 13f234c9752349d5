extension Validator {
  mutating func check(_ ignition: IgnitionConfig.Ignition) {
    inside("config") { validator in
      let config = ignition.config
      validator.unique(("merge", config.merge.map(\.mergeKey)))
      validator.each("merge", config.merge) { $0.checkReference($1, isRequired: true, inFirstSpec: .mayBeEmpty) }
      validator.inside("replace") { $0.checkReference(config.replace, isRequired: false, inFirstSpec: .mayBeEmpty) }
    }
    inside("security") {
      $0.inside("tls") { validator in
        let authorities = ignition.security.tls.certificateAuthorities
        validator.unique(("certificateAuthorities", authorities.map(\.mergeKey)))
        validator.each("certificateAuthorities", authorities) {
          $0.checkReference($1, isRequired: true, inFirstSpec: .mustBeURL)
        }
      }
    }
    inside("proxy") { validator in
      validator.checkProxy(ignition.proxy.httpProxy, "httpProxy")
      if validator.checkProxy(ignition.proxy.httpsProxy, "httpsProxy") == "http" {
        validator.warning("insecure plaintext HTTP proxy specified for HTTPS resources", at: "httpsProxy")
      }
      validator.unique(("noProxy", ignition.proxy.noProxy.map(\.mergeKey)))
    }
  }

  mutating func check(_ arguments: IgnitionConfig.KernelArguments) {
    unique(
      ("shouldExist", arguments.shouldExist.map(\.mergeKey)),
      ("shouldNotExist", arguments.shouldNotExist.map(\.mergeKey)))
  }

  mutating func check(_ passwd: IgnitionConfig.Passwd) {
    unique(("users", passwd.users.map(\.mergeKey)))
    unique(("groups", passwd.groups.map(\.mergeKey)))
    each("users", passwd.users) {
      $0.unique(("groups", $1.groups.map(\.mergeKey)))
      $0.unique(("sshAuthorizedKeys", $1.sshAuthorizedKeys.map(\.mergeKey)))
    }
  }

  @discardableResult
  private mutating func checkProxy(_ proxy: String?, _ member: String) -> String? {
    guard let proxy else { return nil }
    guard let url = ResourceURL(proxy) else {
      error("unable to parse url", at: .key(member))
      return nil
    }
    if url.scheme == "http" || url.scheme == "https" { return url.scheme }
    error("proxies must be http(s)", at: .key(member))
    return nil
  }
}
