"""A server of SSL 3.0 to TLS 1.3 with tlslite-ng, and its suites by version as it is configured.

Arguments: address, port, key, certificate, file for the suites."""

import json
import socket
import sys
import threading

from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey
from tlslite.constants import CipherSuite

address, port, key, certificate, file = sys.argv[1:]
chain = X509CertChain()
chain.parsePemList(open(certificate).read())
key = parsePEMKey(open(key).read(), private=True)

settings = HandshakeSettings()
settings.minVersion = (3, 0)
settings.maxVersion = (3, 4)
settings = settings.validate()

all_suites = CipherSuite.getTLS13Suites(settings) + CipherSuite.getEcdheCertSuites(settings)
all_suites += CipherSuite.getDheCertSuites(settings) + CipherSuite.getCertSuites(settings)
names = {(3, 0): "SSL 3.0", (3, 1): "TLS 1.0", (3, 2): "TLS 1.1", (3, 3): "TLS 1.2", (3, 4): "TLS 1.3"}
configured = {
    name: CipherSuite.filterForVersion(all_suites, version, version) for version, name in names.items()
}

listener = socket.create_server((address, int(port)), backlog=64)
with open(file, "w") as out:
    json.dump(configured, out)


def serve(stream):
    connection = TLSConnection(stream)
    try:
        connection.handshakeServer(certChain=chain, privateKey=key, settings=settings)
        connection.close()
    except Exception:
        stream.close()


while True:
    stream, _ = listener.accept()
    stream.settimeout(10)
    threading.Thread(target=serve, args=(stream,), daemon=True).start()
