"""Certificates that are made for a test, by openssl, and trusted by nobody else."""

import ipaddress
import ssl
import subprocess


def is_address(name):
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Authority:
    """A certificate that signs itself, for these names.  file: what to trust; key: its own."""

    def __init__(self, folder, *names):
        folder.mkdir()
        self.file, self.key = folder / "certificate.pem", folder / "key.pem"
        subject = ",".join(("IP:" if is_address(name) else "DNS:") + name for name in names)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=chaosd", "-addext", f"subjectAltName={subject}",
             "-keyout", str(self.key), "-out", str(self.file)],
            check=True, capture_output=True)

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context
