"""The protocol's byte strings, and the constants that all vectors share."""
import hashlib
import struct

SECOND = 1_000_000_000
START = 1_795_300_000 * SECOND  # the operator's clock when each trace begins
BOOT = 90_000  # milliseconds of the node's boot clock when each trace begins

ORGANISATION = "org-acme"  # the common name of the issuer, as it stands
FACTS = [("board-serial", b"PF3XK2A7"), ("product-uuid", b"5f0c1b1e-7a43-4d55-9f7e-3f1f0a1f6c2d"), ("tpm-ek", None)]
UID = "0c7f2a64-3b5d-4b7e-9a55-3f4a3f2d9c11"


def sha256(data):
    return hashlib.sha256(data).digest()


def counted(*fields):
    return b"".join(struct.pack(">H", len(field)) + field for field in fields)


def constant(name, length=32):
    """Bytes that anyone can make again: SHA-256 of a name, cut to length."""
    return sha256(b"lowlayer test vector: " + name.encode())[:length]


def fingerprint(facts):
    return sha256(b"lowlayer.fingerprint.v1\0" + b"".join(
        counted(name.encode(), b"" if value is None else sha256(value)) for name, value in sorted(facts)))


def binding(session_id, client, server):
    return session_id + sha256(client) + sha256(server)


def hashed(label, nonce, print_, uid, bound):
    """What is hashed to the qualifying data."""
    return label + b"\0" + counted(nonce, print_, uid.encode(), bound)
