#!/bin/bash
# A CA (ca.pem) and a server certificate signed by it in DIR, for localhost, pbx.test and 127.0.0.1.
# Where they are there already nothing is done; --renew makes a new key and server certificate with
# the same CA. Usage: make-certs.sh [--renew] DIR
set -euo pipefail

renew=
if [ "${1:-}" = --renew ]; then renew=1; shift; fi
[ $# -eq 1 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
mkdir -p "$1"
cd "$1"

if [ ! -s ca.pem ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
        -keyout ca.key -out ca.pem -subj "/CN=ARS Phone test CA" \
        -addext "basicConstraints=critical,CA:TRUE" \
        -addext "keyUsage=critical,keyCertSign,cRLSign" 2> openssl.log
fi
if [ -n "$renew" ] || [ ! -s server.pem ]; then
    openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr \
        -subj "/CN=pbx.test" 2> openssl.log
    cat > server.ext <<X
subjectAltName=DNS:localhost,DNS:pbx.test,IP:127.0.0.1
extendedKeyUsage=serverAuth
keyUsage=digitalSignature,keyEncipherment
basicConstraints=CA:FALSE
X
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 \
        -out server.pem -extfile server.ext 2> openssl.log
fi
