#!/bin/sh
# Makes certificates with keys for servers in the tests that ../certs has without theirs. Run once,
# in this directory, with OpenSSL 3.0; all fingerprints change with each run, and the expected
# values in tests/it/tls with them. Everything is DER; the root is trusted by nobody.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/req.cnf" <<'CNF'
[req]
distinguished_name = dn
prompt = no
string_mask = utf8only
utf8 = yes
[dn]
CN = relay.test
CNF
cat > "$work/odd.cnf" <<'CNF'
[req]
distinguished_name = dn
prompt = no
string_mask = utf8only
utf8 = yes
[dn]
C = DE
L = München
O = "Müller, Söhne + Co; <KG>"
CN = "=relay"
CNF
cat > "$work/ca.cnf" <<CNF
[ca]
default_ca = here
[here]
new_certs_dir = $work
database = $work/index
serial = $work/serial
default_md = sha256
policy = any
unique_subject = no
[any]
countryName = optional
localityName = optional
organizationName = optional
commonName = optional
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[leaf]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:relay.test
[no_san]
basicConstraints = CA:FALSE
CNF
: > "$work/index"
echo 7001 > "$work/serial"

key() { openssl genpkey -quiet -algorithm "$2" -pkeyopt "$3" -out "$work/$1.pem"; }
# sign NAME CONFIG SECTION START END [more options]
sign() {
  name=$1 config=$2 section=$3 start=$4 end=$5
  shift 5
  openssl req -new -key "$work/$name.pem" -config "$work/$config.cnf" -out "$work/$name.csr"
  [ "$name" != empty ] || openssl req -new -key "$work/$name.pem" -config "$work/$config.cnf" \
    -subj / -out "$work/$name.csr"
  openssl ca -batch -notext -config "$work/ca.cnf" -in "$work/$name.csr" -cert "$work/root.crt" \
    -keyfile "$work/root.pem" -startdate "$start" -enddate "$end" -extensions "$section" \
    -out "$work/$name.crt" "$@" 2> "$work/log" || { cat "$work/log"; exit 1; }
  openssl x509 -in "$work/$name.crt" -outform DER -out "$name.der"
  openssl pkcs8 -topk8 -nocrypt -in "$work/$name.pem" -outform DER -out "$name.key"
}

key root RSA rsa_keygen_bits:2048
openssl req -x509 -new -key "$work/root.pem" -config "$work/req.cnf" -days 36525 -set_serial 1 \
  -subj "/C=DE/O=Test House/CN=Server Root" -addext basicConstraints=critical,CA:TRUE \
  -out "$work/root.crt"
openssl x509 -in "$work/root.crt" -outform DER -out root.der

key sha1 RSA rsa_keygen_bits:2048
for name in odd empty no_san expired notyet; do key $name EC ec_paramgen_curve:P-256; done
sign odd odd leaf 20200101000000Z 21200101000000Z
sign empty req leaf 20200101000000Z 21200101000000Z
sign no_san req no_san 20200101000000Z 21200101000000Z
sign sha1 req leaf 20200101000000Z 21200101000000Z -md sha1
sign expired req leaf 20200101000000Z 20210101000000Z
sign notyet req leaf 20900101000000Z 20910101000000Z
