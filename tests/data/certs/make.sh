#!/bin/sh
# Makes the certificates of the tests. Run once, in this directory, with OpenSSL 3.0; keys and
# therefore all fingerprints change with each run, and the expected values in the tests with them.
# Everything is DER. A .key beside a .der is its PKCS #8 private key, worth nothing: the roots
# here are trusted by nobody.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/ext.cnf" <<'CNF'
[req]
distinguished_name = dn
prompt = no
string_mask = utf8only
[dn]
CN = relay.test
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[leaf]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:relay.test, DNS:*.relay.test, IP:192.0.2.7, IP:2001:db8::7, email:noc@relay.test, URI:https://relay.test/a
[other_host]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:elsewhere.test
[no_san]
basicConstraints = CA:FALSE
[critical]
basicConstraints = CA:FALSE
subjectAltName = DNS:relay.test
1.3.6.1.4.1.55555.1.2 = critical, ASN1:UTF8String:nobody knows this
[self_ca]
basicConstraints = critical, CA:TRUE
subjectAltName = DNS:relay.test
[self_leaf]
basicConstraints = CA:FALSE
subjectAltName = DNS:relay.test
CNF

cat > "$work/odd.cnf" <<'CNF'
oid_section = oids
[req]
distinguished_name = dn
prompt = no
string_mask = utf8only
utf8 = yes
[oids]
odd = 2.3.4.5.6
[dn]
C = DE
ST = Bayern
L = München
O = "Müller, Söhne + Co; <KG>"
1.OU = one
2.+OU = two
1.DC = contoso
2.DC = com
emailAddress = a@b.example
serialNumber = 4711
odd = x y
CN = lead
CNF

cat > "$work/quotes.cnf" <<'CNF'
[req]
distinguished_name = dn
prompt = no
string_mask = utf8only
utf8 = yes
[dn]
C = DE
street = "  Am Wall 1"
title = "say \"hello\""
GN = Ada
SN = Lovelace
postalCode = 80331
CN = "#1"
CNF

# string_mask: 0x800 BMPString, 0x4 T61String
for kind in bmp:0x800 t61:0x4; do
  cat > "$work/${kind%%:*}.cnf" <<CNF
[req]
distinguished_name = dn
prompt = no
string_mask = MASK:${kind##*:}
utf8 = yes
[dn]
O = Köln
CN = relay.test
CNF
done

rsa() { openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:$2" -out "$work/$1.pem"; }
ec() { openssl genpkey -quiet -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$work/$1.pem"; }
# request NAME CONFIG [SUBJECT]: with the key $work/NAME.pem
request() {
  if [ $# -gt 2 ]; then
    openssl req -new -utf8 -key "$work/$1.pem" -config "$work/$2.cnf" -subj "$3" -out "$work/$1.csr"
  else
    openssl req -new -key "$work/$1.pem" -config "$work/$2.cnf" -out "$work/$1.csr"
  fi
}
# sign NAME ISSUER SECTION SERIAL [more options]: valid for 100 years
sign() {
  name=$1 issuer=$2 section=$3 serial=$4
  shift 4
  openssl x509 -req -in "$work/$name.csr" -CA "$work/$issuer.crt" -CAkey "$work/$issuer.pem" \
    -extfile "$work/ext.cnf" -extensions "$section" -set_serial "$serial" -days 36525 \
    -out "$work/$name.crt" "$@" 2> "$work/log" || { cat "$work/log"; exit 1; }
}
keep() { openssl x509 -in "$work/$1.crt" -outform DER -out "$1.der"; }
keep_key() { openssl pkcs8 -topk8 -nocrypt -in "$work/$1.pem" -outform DER -out "$1.key"; }

# root -> intermediate -> leaves
rsa root 2048
openssl req -x509 -new -key "$work/root.pem" -config "$work/ext.cnf" -extensions ca -days 36525 \
  -set_serial 1 -subj "/C=DE/O=Test House/CN=Test Root" -out "$work/root.crt"
rsa intermediate 2048
request intermediate ext "/C=DE/O=Test House/CN=Test Issuing CA"
sign intermediate root ca 2
# a root that nobody trusts
rsa stranger 2048
openssl req -x509 -new -key "$work/stranger.pem" -config "$work/ext.cnf" -extensions ca -days 36525 \
  -set_serial 1 -subj "/C=DE/O=Test House/CN=Stranger Root" -out "$work/stranger.crt"

rsa leaf 2048;        request leaf ext;        sign leaf intermediate leaf 0x6B000364481F8F4E48698325
ec p256 P-256;        request p256 ext;        sign p256 intermediate leaf 256
ec p384 P-384;        request p384 ext;        sign p384 intermediate leaf 384
ec p521 P-521;        request p521 ext;        sign p521 intermediate leaf 521
openssl genpkey -algorithm ED25519 -out "$work/ed25519.pem"
request ed25519 ext;  sign ed25519 intermediate leaf 25519
openssl genpkey -algorithm ED448 -out "$work/ed448.pem"
request ed448 ext;    sign ed448 intermediate leaf 448
openssl genpkey -quiet -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out "$work/psskey.pem"
request psskey ext;   sign psskey intermediate leaf 11
openssl genpkey -quiet -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:2048 -out "$work/dsa.par"
openssl genpkey -paramfile "$work/dsa.par" -out "$work/dsa.pem"
request dsa ext;      sign dsa intermediate leaf 12
rsa rsa1024 1024;     request rsa1024 ext;     sign rsa1024 intermediate leaf 13
ec brainpool brainpoolP256r1
request brainpool ext; sign brainpool intermediate leaf 14

# signature algorithms
rsa psssigned 2048;   request psssigned ext
sign psssigned intermediate leaf 21 -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32
rsa sha1 2048;        request sha1 ext;        sign sha1 intermediate leaf 22 -sha1
rsa sha384 2048;      request sha384 ext;      sign sha384 intermediate leaf 23 -sha384
rsa sha512 2048;      request sha512 ext;      sign sha512 intermediate leaf 24 -sha512

# subjects
ec odd P-256;         request odd odd;         sign odd intermediate leaf 31
ec quotes P-256;      request quotes quotes;   sign quotes intermediate leaf 32
ec empty P-256;       request empty ext "/";   sign empty intermediate leaf 33
for kind in bmp t61; do
  ec $kind P-256;     request $kind $kind;     sign $kind intermediate leaf 34
done

# validity: over since 2021, not begun before 2090, and beyond the year that four digits hold
ec expired P-256
ec notyet P-256
ec forever P-256
ec self_expired P-256
for name in expired notyet forever self_expired; do request $name ext; done
dated() {
  openssl ca -batch -config "$work/ca.cnf" -in "$work/$1.csr" -cert "$work/$2.crt" \
    -keyfile "$work/$2.pem" -startdate "$3" -enddate "$4" -extensions "$5" -out "$work/$1.crt" \
    -notext $6 2> "$work/log" || { cat "$work/log"; exit 1; }
}
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
commonName = optional
CNF
sed '1,/^CN = relay/d' "$work/ext.cnf" | sed 's/^\[ca\]$/[ca_unused]/' >> "$work/ca.cnf"
: > "$work/index"
echo 4000 > "$work/serial"
dated expired intermediate 20200101000000Z 20210101000000Z leaf ""
dated notyet intermediate 20900101000000Z 20910101000000Z leaf ""
dated forever intermediate 20200101000000Z 99991231235959Z leaf ""
dated self_expired intermediate 20200101000000Z 20210101000000Z self_ca \
  "-selfsign -keyfile $work/self_expired.pem"

# paths and names
ec self_ca P-256
openssl req -x509 -new -key "$work/self_ca.pem" -config "$work/ext.cnf" -extensions self_ca \
  -days 36525 -set_serial 51 -out "$work/self_ca.crt"
ec self_leaf P-256
openssl req -x509 -new -key "$work/self_leaf.pem" -config "$work/ext.cnf" -extensions self_leaf \
  -days 36525 -set_serial 52 -out "$work/self_leaf.crt"
ec other_host P-256;  request other_host ext;  sign other_host intermediate other_host 53
ec stranger_leaf P-256; request stranger_leaf ext; sign stranger_leaf stranger leaf 54
ec no_san P-256;      request no_san ext;      sign no_san intermediate no_san 55
rsa critical 2048;    request critical ext;    sign critical intermediate critical 56
# version 1: no extensions at all
rsa v1 2048;          request v1 ext
openssl x509 -req -in "$work/v1.csr" -CA "$work/intermediate.crt" -CAkey "$work/intermediate.pem" \
  -set_serial 57 -days 36525 -out "$work/v1.crt" 2> /dev/null

# serial numbers
ec serial_high P-256; request serial_high ext; sign serial_high intermediate leaf 0xF0A1B2C3
ec serial_lead P-256; request serial_lead ext; sign serial_lead intermediate leaf 0x80A1
ec serial_neg P-256;  request serial_neg ext;  sign serial_neg intermediate leaf -5
ec serial_zero P-256; request serial_zero ext; sign serial_zero intermediate leaf 0

for name in root intermediate stranger leaf p256 p384 p521 ed25519 ed448 psskey dsa rsa1024 \
  brainpool psssigned sha1 sha384 sha512 odd quotes empty bmp t61 expired notyet forever \
  self_expired self_ca self_leaf other_host stranger_leaf no_san critical v1 serial_high \
  serial_lead serial_neg serial_zero; do
  keep $name
done
for name in leaf p256 p384 ed25519 rsa1024 psssigned critical v1 self_ca; do keep_key $name; done

# the root as a system's store holds it
openssl x509 -inform DER -in root.der -out root.pem

# what a server with the small key would sign
for hash in sha256 sha384 sha512; do
  printf 'signed by the server' | openssl dgst -$hash -keyform DER -sign rsa1024.key \
    -out rsa1024.$hash.sig
  printf 'signed by the server' | openssl dgst -$hash -keyform DER -sign v1.key -out v1.$hash.sig
done
printf 'signed by the server' | openssl dgst -sha256 -keyform DER -sign v1.key \
  -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -out v1.pss.sig
