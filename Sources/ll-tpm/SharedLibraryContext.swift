import Glibc

// tpm2-tss makes and frees a whole OpenSSL library context, providers and all, for every hash, HMAC and signature
// check: eighteen of them, and half of the processor time, in the shortest unseal. Definitions in the program go
// before those of shared libraries, so tss2's calls end here, and one context serves them all. It is never freed;
// OpenSSL's own state is all it holds. docs/adr/0009-one-openssl-context.md. Source: dlsym(3), OSSL_LIB_CTX(3ossl).
private enum SharedLibraryContext {
  typealias New = @convention(c) () -> OpaquePointer?

  // RTLD_NEXT: what would have been called without us. Unsafe: the context itself is safe to share between threads.
  nonisolated(unsafe) static let only: OpaquePointer? = {
    guard let symbol = dlsym(UnsafeMutableRawPointer(bitPattern: -1), "OSSL_LIB_CTX_new") else { return nil }
    return unsafeBitCast(symbol, to: New.self)()
  }()
}

/// Called by tss2, not by Swift: OpenSSL's one library context of this process.
@_cdecl("OSSL_LIB_CTX_new")
public func sharedLibraryContext() -> OpaquePointer? { SharedLibraryContext.only }

/// Called by tss2, not by Swift: frees nothing.
@_cdecl("OSSL_LIB_CTX_free")
public func keepLibraryContext(_ context: OpaquePointer?) {}
