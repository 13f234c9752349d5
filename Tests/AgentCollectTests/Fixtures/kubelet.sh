#!/bin/sh
# kubelet.sh FOLDER NAME COMMAND...: runs COMMAND while something listens where a kubelet of node NAME would; its port is in LL_PORT.
# FOLDER gets ca.pem, token and requests.
set -e
folder=$1 name=$2 script=$(readlink -f "$(dirname "$0")")/kubelet.py
shift 2
cd "$folder"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=ca 2> /dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.csr -subj /CN=kubelet 2> /dev/null
printf 'subjectAltName=DNS:%s\n' "$name" > names
openssl x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -days 2 -extfile names -out tls.pem 2> /dev/null
echo sesame > token
mkfifo lifeline
python3 "$script" < lifeline > port 2> /dev/null &
exec 9> lifeline
while [ ! -s port ]; do sleep 0.05; done
LL_PORT=$(cat port)
export LL_PORT
"$@"
