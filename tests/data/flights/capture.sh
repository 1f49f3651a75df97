#!/bin/sh
# Records what `openssl s_server` (3.0) sends first, one file per server. Run once, in this
# directory; needs python3 for the client, which stops after the server's first flight.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
certs=../certs
for name in leaf p256; do
  openssl pkcs8 -inform DER -nocrypt -in $certs/$name.key -out "$work/$name.pem"
  openssl x509 -inform DER -in $certs/$name.der -out "$work/$name.crt"
done
openssl x509 -inform DER -in $certs/intermediate.der -out "$work/chain.crt"

cat > "$work/client.py" <<'PY'
import socket, ssl, sys, time
port, version, ciphers, out = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.set_ciphers(ciphers + ":@SECLEVEL=0")
context.set_alpn_protocols(["stun.turn"])
context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version)
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
tls = context.wrap_bio(incoming, outgoing, server_hostname="relay.test")
for attempt in range(50):
    try:
        link = socket.create_connection(("127.0.0.1", port))
        break
    except OSError:
        time.sleep(0.1)
link.settimeout(1)
seen = b""
for round in range(2 if "retry" in out else 1):
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    link.sendall(outgoing.read())
    try:
        while True:
            piece = link.recv(65536)
            if not piece:
                break
            seen += piece
            incoming.write(piece)
    except (socket.timeout, ConnectionResetError):
        pass
open(out, "wb").write(seen)
PY

port=24433
record() { # FILE VERSION CLIENT-CIPHERS KEY s_server options...
  out=$1 version=$2 ciphers=$3 key=$4
  shift 4
  port=$((port + 1))
  openssl s_server -accept "127.0.0.1:$port" -quiet -key "$work/$key.pem" -cert "$work/$key.crt" \
    -cert_chain "$work/chain.crt" "$@" < /dev/zero > /dev/null 2>&1 &
  server=$!
  python3 "$work/client.py" $port "$version" "$ciphers" "$out"
  kill $server
}
record tls12-ecdhe-rsa.bin TLSv1_2 ECDHE-RSA-AES256-GCM-SHA384 leaf -tls1_2 -alpn stun.turn
record tls12-ecdhe-ecdsa-client-certificate.bin TLSv1_2 ECDHE-ECDSA-AES128-GCM-SHA256 p256 \
  -tls1_2 -groups P-384 -verify 1
record tls12-dhe-rsa.bin TLSv1_2 DHE-RSA-AES128-GCM-SHA256 leaf -tls1_2
record tls10-ecdhe-rsa.bin TLSv1 ECDHE-RSA-AES256-SHA leaf -tls1 -cipher 'ALL:@SECLEVEL=0'
record tls13.bin TLSv1_3 ALL leaf -tls1_3
record tls13-retry.bin TLSv1_3 ALL leaf -tls1_3 -groups P-384
record alert-protocol-version.bin TLSv1_2 ALL leaf -tls1_3
record alert-no-cipher.bin TLSv1_2 ECDHE-ECDSA-AES128-GCM-SHA256 leaf -tls1_2
