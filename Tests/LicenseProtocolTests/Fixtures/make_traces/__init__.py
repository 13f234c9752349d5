"""The license protocol's test vectors, without anything of this package: ../make-traces writes them."""
