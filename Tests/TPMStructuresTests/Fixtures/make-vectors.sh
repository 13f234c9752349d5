#!/bin/bash
# Writes vectors.txt beside itself: structures, names, policies, attestations made by swtpm and tpm2-tools, one "key hexadecimal" a line.
# Needs swtpm, tpm2-tools, openssl, xxd. Keys are fresh in every run, so every line changes together.
set -euo pipefail
out=$(cd "$(dirname "$0")" && pwd)/vectors.txt
work=$(mktemp -d)
cd "$work"
mkdir state
port=${PORT:-24610}
swtpm socket --tpm2 --tpmstate dir=state --flags not-need-init,startup-clear \
  --server type=tcp,port="$port" --ctrl type=tcp,port=$((port + 1)) &
swtpm=$!
trap 'kill $swtpm; rm -rf "$work"' EXIT
export TPM2TOOLS_TCTI="swtpm:host=127.0.0.1,port=$port"
for _ in $(seq 50); do tpm2_getcap properties-fixed >/dev/null 2>&1 && break; sleep 0.1; done

: >vectors
hex() { echo "$1 $(xxd -p -c 100000 "$2")" >>vectors; }
text() { echo "$1 $2" >>vectors; }
# The simulator has three object slots and no resource manager, and the tools leave what they load.
for tool in createprimary create load createek readpublic quote certify certifycreation nvcertify gettime loadexternal policysigned; do
  eval "tpm2_$tool() { command tpm2_flushcontext -t; command tpm2_$tool \"\$@\"; }"
done
public() { # KEY CONTEXT: its TPM2B_PUBLIC and name
  tpm2_readpublic -Q -c "$2" -o area -n name
  hex "public.$1" area
  hex "name.$1" name
}
storage='fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|decrypt'

head -c 32 /dev/zero >zeros
printf secret >secret
seq 100 | openssl dgst -sha256 -binary >nv.policy

tpm2_createprimary -Q -C o -G ecc -a "$storage" -c srk.ctx; public srk srk.ctx
tpm2_create -Q -C srk.ctx -u u -r r -i secret -a 'fixedtpm|fixedparent|userwithauth|noda' -L zeros
tpm2_load -Q -C srk.ctx -u u -r r -c sealed.ctx; public sealed sealed.ctx
tpm2_create -Q -C srk.ctx -u u -r r -G hmac -c hmac.ctx; public hmac hmac.ctx
tpm2_create -Q -C srk.ctx -u u -r r -G aes256cfb -c cipher.ctx; public cipher cipher.ctx
tpm2_create -Q -C srk.ctx -u u -r r -G ecc384:ecdsa-sha384 -g sha384 -c p384.ctx; public p384 p384.ctx
tpm2_create -Q -C srk.ctx -u u -r r -G rsa2048:rsapss-sha256:null -c rsa.ctx; public rsa rsa.ctx
tpm2_create -Q -C srk.ctx -u u -r r -G ecc:ecdaa4-sha256:null -c ecdaa.ctx; public ecdaa ecdaa.ctx
tpm2_createprimary -Q -C n -G rsa2048 -g sha1 -c null.ctx; public sha1 null.ctx
tpm2_createek -Q -c ek.ctx -G ecc; public eccEK ek.ctx
tpm2_createek -Q -c ek2.ctx -G rsa; public rsaEK ek2.ctx

openssl ecparam -name prime256v1 -genkey -noout -out release.pem
openssl ec -in release.pem -pubout -out release.pub.pem 2>/dev/null
openssl ec -in release.pem -pubout -outform DER 2>/dev/null | tail -c 65 >release.point
hex release.x963 release.point

nv() { tpm2_nvreadpublic "$1" | sed -n "s/^ *$2: *\(0x\)\?//p" | head -1; }
tpm2_nvdefine -Q 0x1804c4c -C o -s 8 -a 'nt=counter|ownerwrite|authread|ownerread|no_da' \
  -L nv.policy
hex nv.policy nv.policy
text nv.name.unwritten "$(nv 0x1804c4c name)"
tpm2_nvincrement -Q -C o 0x1804c4c
text nv.name.written "$(nv 0x1804c4c name)"
tpm2_nvread -C o 0x1804c4c -o counter; hex nv.counter counter

# Trial sessions.
trial() { # KEY HASH COMMAND...: the digest after the command
  local key=$1 hash=$2
  shift 2
  tpm2_startauthsession -Q -S session -g "$hash"
  "$@" -S session -L policy >/dev/null
  hex "policy.$key" policy
  tpm2_flushcontext session
}
tpm2_pcrextend 7:sha256=$(printf 11%.0s {1..32}),sha384=$(printf 22%.0s {1..48})
for bank in sha256 sha384; do for pcr in 4 7 13; do
  tpm2_pcrread -Q -o value $bank:$pcr; hex "pcr.$bank.$pcr" value
done; done
trial pcr sha256 tpm2_policypcr -l sha256:7,13
trial pcr384 sha256 tpm2_policypcr -l sha384:7,13
trial pcrBanks sha256 tpm2_policypcr -l sha256:4,7+sha384:13
trial pcrSHA384 sha384 tpm2_policypcr -l sha256:7
trial authValue sha256 tpm2_policyauthvalue
trial password sha256 tpm2_policypassword
trial commandCode sha256 tpm2_policycommandcode TPM2_CC_Unseal
trial nvWritten sha256 tpm2_policynvwritten s
trial nvUnwritten sha256 tpm2_policynvwritten c
trial nv sha256 tpm2_policynv -C o -i counter 0x1804c4c eq
trial nvGreaterOrEqual sha256 tpm2_policynv -C o -i counter 0x1804c4c uge
trial secret sha256 tpm2_policysecret -c o
trial secretReference sha256 tpm2_policysecret -c o -q 0102ff
tpm2_startauthsession -Q -S session; tpm2_policyauthvalue -S session -L a; tpm2_flushcontext session
tpm2_startauthsession -Q -S session; tpm2_policypcr -Q -S session -l sha256:7,13 -L b; tpm2_flushcontext session
trial or sha256 tpm2_policyor -l sha256:a,b
tpm2_loadexternal -Q -C n -G ecc -u release.pub.pem -c external.ctx -n key.name
hex name.external key.name
tpm2_readpublic -Q -c external.ctx -o area; hex public.external area
printf 'reference' >reference
tpm2_startauthsession -Q -S session; tpm2_policyauthorize -S session -L policy -i b -n key.name -q "$(xxd -p reference)" >/dev/null
hex policy.authorize policy; tpm2_flushcontext session
tpm2_startauthsession -Q -S session; tpm2_policyauthorize -S session -L policy -i b -n key.name >/dev/null
hex policy.authorizePlain policy; tpm2_policyauthvalue -S session -L policy >/dev/null; hex policy.authorizeAuthValue policy
tpm2_flushcontext session
tpm2_startauthsession -Q -S session
head -c 4 /dev/zero | openssl dgst -sha256 -sign release.pem >signed
tpm2_policysigned -S session -g sha256 -f ecdsa -s signed \
  -c external.ctx -L policy >/dev/null
hex policy.signed policy

# Attestations of a restricted key.
ak='fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign'
tpm2_createprimary -Q -C e -G ecc:ecdsa-sha256:null -a "$ak" -c ak.ctx; public ak ak.ctx
tpm2_quote -Q -c ak.ctx -l sha256:7,13 -q 6e6f6e6365 -m message -s signature -o pcrs
hex attest.quote message; hex signature.quote signature
tpm2_createprimary -Q -C o -G ecc -a "$storage" -c key.ctx --creation-data data -d hash -t ticket
public certified key.ctx
tpm2_certify -Q -c key.ctx -C ak.ctx -g sha256 -o message -s signature; hex attest.certify message; hex signature.certify signature
tpm2_certifycreation -Q -C ak.ctx -c key.ctx -d hash -t ticket -g sha256 -s ecdsa -o signature --attestation message
hex attest.creation message; hex creation.hash hash
tpm2_nvcertify -Q -C ak.ctx -g sha256 -s ecdsa --size 8 --offset 0 --attestation message -o signature -c o 0x1804c4c
hex attest.nv message
tpm2_gettime -Q -c ak.ctx -g sha256 -q 6e6f6e6365 --attestation message -o signature; hex attest.time message
tpm2_createprimary -Q -C e -G rsa2048:rsassa-sha256:null -a "$ak" -c ak2.ctx; public rsaAK ak2.ctx
tpm2_quote -Q -c ak2.ctx -l sha256:7 -q 01 -m message -s signature -o pcrs; hex signature.rsa signature
mv vectors "$out"
