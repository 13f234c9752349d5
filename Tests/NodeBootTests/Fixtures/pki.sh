#!/bin/sh
# Makes a small PKI with openssl(1) in the current folder:
#   root -> management -> issuers kubernetes, etcd -> leaves; each issuer's self-signed twin as <issuer>-anchor.pem.
# A leaf NAME is NAME.crt and NAME.key; its issuer's chain is ISSUER-chain.pem.
set -eu

key() { # NAME [ALGORITHM OPTIONS...]
  local name=$1
  shift
  [ $# -gt 0 ] || set -- EC -pkeyopt ec_paramgen_curve:P-256
  local algorithm=$1
  shift
  openssl genpkey -quiet -algorithm "$algorithm" "$@" -out "$name.key" 2>/dev/null ||
    openssl genpkey -algorithm "$algorithm" "$@" -out "$name.key" 2>/dev/null
}

self_signed() { # NAME KEY SUBJECT DAYS [EXTENSION...]
  local out=$1 signer=$2 subject=$3 days=$4
  shift 4
  set -- -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign "$@"
  openssl req -x509 -new -key "$signer.key" -subj "$subject" -days "$days" -out "$out" "$@" 2>/dev/null
}

signed() { # NAME ISSUER SUBJECT DAYS EXTENSIONS...
  local name=$1 issuer=$2 subject=$3 days=$4
  shift 4
  openssl req -new -key "$name.key" -subj "$subject" -out request.csr
  printf '%s\n' "$@" >extensions
  openssl x509 -req -in request.csr -CA "$issuer.crt" -CAkey "$issuer.key" -CAcreateserial -days "$days" \
    -extfile extensions -out "$name.crt" 2>/dev/null
}

key root
self_signed root.crt root /CN=low-layer-root 400
key management
signed management root /CN=management-cluster 300 basicConstraints=critical,CA:TRUE,pathlen:1 keyUsage=critical,keyCertSign
for issuer in kubernetes etcd; do
  key $issuer
  signed $issuer management /CN=$issuer 200 basicConstraints=critical,CA:TRUE,pathlen:0 keyUsage=critical,keyCertSign
  self_signed $issuer-anchor.pem $issuer /CN=$issuer 200
  cat $issuer.crt management.crt >$issuer-chain.pem
done
self_signed kubernetes-short-anchor.pem kubernetes /CN=kubernetes 10
self_signed kubernetes-server-anchor.pem kubernetes /CN=kubernetes 200 -addext extendedKeyUsage=serverAuth
key impostor
self_signed impostor-anchor.pem impostor /CN=kubernetes 200

leaf() { # NAME ISSUER SUBJECT EXTENSIONS...
  local name=$1 issuer=$2 subject=$3
  shift 3
  signed "$name" "$issuer" "$subject" 30 basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature "$@"
}

node=/O=system:nodes/CN=system:node:worker-1
names='subjectAltName=DNS:worker-1,DNS:*.nodes.example.test,IP:10.0.0.11,IP:fd00::11'
key client && leaf client kubernetes $node extendedKeyUsage=clientAuth
key server && leaf server kubernetes $node extendedKeyUsage=serverAuth "$names"
key both && leaf both kubernetes $node extendedKeyUsage=critical,serverAuth,clientAuth "$names"
key free && leaf free kubernetes $node "$names"
key sibling && leaf sibling etcd $node extendedKeyUsage=clientAuth
key unnamed && leaf unnamed kubernetes / extendedKeyUsage=clientAuth "subjectAltName=critical,DNS:worker-1"
key rsa RSA -pkeyopt rsa_keygen_bits:2048 && leaf rsa kubernetes $node extendedKeyUsage=clientAuth
key p384 EC -pkeyopt ec_paramgen_curve:P-384 && leaf p384 kubernetes $node extendedKeyUsage=clientAuth
key ed25519 ED25519 && leaf ed25519 kubernetes $node extendedKeyUsage=clientAuth

# The older forms of private keys, and one that wants a password.
openssl ec -in client.key -out client-sec1.key 2>/dev/null
{ openssl ecparam -name prime256v1; cat client-sec1.key; } >client-parameters.key
openssl rsa -in rsa.key -traditional -out rsa-pkcs1.key 2>/dev/null
openssl pkcs8 -topk8 -in client.key -passout pass:secret -out client-locked.key
