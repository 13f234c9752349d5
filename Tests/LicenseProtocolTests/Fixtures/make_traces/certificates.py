"""Keys, certificates as the document asks for them, and signatures."""
import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BEGIN = datetime.datetime(2026, 1, 1)
END = BEGIN + datetime.timedelta(days=3650)
ADDRESS = "192.0.2.10"


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


def spki(key):
    public = key.public_key() if hasattr(key, "public_key") else key
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption()).decode()


def sign(key, data):
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def common_name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def usage(**more):
    every = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
             "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{name: name in more for name in every})


class Authority:
    """An issuer: its key, its self-signed twin, and the leaves that it signs."""

    def __init__(self, name):
        self.name, self.key = name, new_key()
        self.identifier = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        self.twin = self.signed(name, self.key.public_key(), [
            (x509.BasicConstraints(ca=True, path_length=0), True), (usage(key_cert_sign=True, crl_sign=True), True),
            (self.identifier, False)])

    def signed(self, name, public, extensions):
        builder = (x509.CertificateBuilder().subject_name(common_name(name)).issuer_name(common_name(self.name))
                   .public_key(public).serial_number(x509.random_serial_number()).not_valid_before(BEGIN).not_valid_after(END))
        for extension, is_critical in extensions:
            builder = builder.add_extension(extension, is_critical)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def leaf(self, name, public, uses, names):
        issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(self.identifier)
        return self.signed(name, public, [
            (usage(digital_signature=True), True), (x509.ExtendedKeyUsage(uses), False),
            (x509.SubjectAlternativeName(names), False), (issuer, False)])

    def client(self, name, public):
        return self.leaf(name, public, [ExtendedKeyUsageOID.CLIENT_AUTH], [x509.DNSName(name)])

    def server(self, name, public, host):
        return self.leaf(name, public, [ExtendedKeyUsageOID.SERVER_AUTH], [
            x509.DNSName(host), x509.IPAddress(ipaddress.ip_address(ADDRESS))])
