"""TPM2_MakeCredential by another implementation, written from TPM 2.0 part 1, with every input and every step.

The simulated TPM proves it: what is made here for its own endorsement keys, it activates.
"""
import hmac
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .byte_strings import constant, counted, sha256
from .certificates import pem
from .simulated_tpm import ECC_EK, RSA_EK

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# PolicySecret(TPM_RH_ENDORSEMENT), the policy of the templates L-1 and L-2.
POLICY = bytes.fromhex("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa")
AES_128_CFB = struct.pack(">HHH", 0x0006, 128, 0x0043)
NULL = struct.pack(">H", 0x0010)


def from_constant(name):
    """A P-256 key that anyone can make again."""
    return ec.derive_private_key(int.from_bytes(constant(name), "big") % ORDER, ec.SECP256R1())


def coordinates(key):
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")


def area(kind, attributes, policy, parameters, unique):
    """TPMT_PUBLIC with the name algorithm SHA-256."""
    return struct.pack(">HHI", kind, 0x000B, attributes) + counted(policy) + parameters + unique


def ecc_endorsement_key(x, y):
    """Template L-2."""
    return area(0x0023, 0x000300B2, POLICY, AES_128_CFB + NULL + struct.pack(">H", 0x0003) + NULL, counted(x, y))


def rsa_endorsement_key(modulus):
    """Template L-1."""
    return area(0x0001, 0x000300B2, POLICY, AES_128_CFB + NULL + struct.pack(">HI", 2048, 0), counted(modulus))


def attestation_key(x, y):
    """Restricted, signing by ECDSA with SHA-256."""
    parameters = NULL + struct.pack(">HHH", 0x0018, 0x000B, 0x0003) + NULL
    return area(0x0023, 0x00050072, b"", parameters, counted(x, y))


def name(public):
    """The name algorithm and its digest: of a TPMT_PUBLIC the name; of a parent's qualified name and a name the qualified one."""
    return struct.pack(">H", 0x000B) + sha256(public)


def kdfa(key, label, context, bits):
    """Part 1, 9.4.10.2; one block of HMAC is enough here."""
    fixed = label + b"\0" + context + struct.pack(">I", bits)
    return hmac.new(key, struct.pack(">I", 1) + fixed, "sha256").digest()[:bits // 8]


def kdfe(z, label, party_u, party_v):
    """Part 1, 9.4.10.3, 256 bits."""
    return sha256(struct.pack(">I", 1) + z + label + b"\0" + party_u + party_v)


def xor(left, right):
    return bytes(a ^ b for a, b in zip(left, right))


def cfb(key, data):
    """AES in CFB mode with an IV of zeros."""
    cipher, block, out = Cipher(algorithms.AES(key), modes.ECB()).encryptor(), bytes(16), b""
    for start in range(0, len(data), 16):
        block = xor(data[start:start + 16], cipher.update(block))
        out += block
    return out


def oaep(message, label, seed, modulus):
    """RFC 8017, 7.1.1, with SHA-256 and this seed; e is 65537."""
    def mask(seed, count):
        return b"".join(sha256(seed + struct.pack(">I", i)) for i in range(count // 32 + 1))[:count]
    block = sha256(label)
    block += bytes(256 - 32 - 1 - len(block) - 1 - len(message)) + b"\1" + message
    masked = xor(block, mask(seed, len(block)))
    encoded = b"\0" + xor(seed, mask(masked, 32)) + masked
    return pow(int.from_bytes(encoded, "big"), 65537, int.from_bytes(modulus, "big")).to_bytes(256, "big")


def wrapped(secret, seed, bound):
    """The outer wrap (part 1, 24.4): TPM2B_ID_OBJECT and the keys that made it."""
    symmetric, integrity = kdfa(seed, b"STORAGE", bound, 128), kdfa(seed, b"INTEGRITY", b"", 256)
    encrypted = cfb(symmetric, counted(secret))
    code = hmac.new(integrity, encrypted + bound, "sha256").digest()
    return {"seed": seed.hex(), "symmetric_key": symmetric.hex(), "integrity_key": integrity.hex(),
            "credential_blob": counted(counted(code) + encrypted).hex()}


def to_ecc(secret, bound, x, y, ephemeral):
    """The coordinates of the endorsement key are padded, also where its public area has them shorter."""
    own_x, own_y = coordinates(ephemeral)
    peer = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()).public_key()
    z = ephemeral.exchange(ec.ECDH(), peer)
    return {"ephemeral_private_key": pem(ephemeral), "shared_x": z.hex(),
            **wrapped(secret, kdfe(z, b"IDENTITY", own_x, x.rjust(32, b"\0")), bound),
            "encrypted_secret": counted(counted(own_x, own_y)).hex()}


def to_rsa(secret, bound, modulus, seed, oaep_seed):
    return {"oaep_seed": oaep_seed.hex(), **wrapped(secret, seed, bound),
            "encrypted_secret": counted(oaep(seed, b"IDENTITY\0", oaep_seed, modulus)).hex()}


def qualified_name(endorsement, attestation):
    """Of the attestation key below the endorsement key."""
    return name(name(struct.pack(">I", 0x4000000B) + name(endorsement)) + name(attestation))


def case(title, key, endorsement, attestation, make):
    secret = constant(f"credential {title}")
    return {"name": title, "endorsement_private_key": pem(key), "endorsement_key": counted(endorsement).hex(),
            "attestation_key": counted(attestation).hex(), "attestation_name": name(attestation).hex(),
            "qualified_name": qualified_name(endorsement, attestation).hex(), "secret": secret.hex(),
            **make(secret, name(attestation))}


def short_key():
    """An endorsement key whose x begins with a zero byte."""
    keys = (from_constant(f"short endorsement key {i}") for i in range(10_000))
    return next(key for key in keys if coordinates(key)[0][0] == 0)


def cases():
    attestation = attestation_key(*coordinates(from_constant("attestation key")))
    ephemeral, made = from_constant("ephemeral key"), []
    for title, key, strip in [("ECC P-256", from_constant("endorsement key"), False),
                              ("ECC P-256, x without its leading zero byte", short_key(), True)]:
        x, y = coordinates(key)
        x = x.lstrip(b"\0") if strip else x
        made.append(case(title, key, ecc_endorsement_key(x, y), attestation,
                         lambda secret, bound, x=x, y=y: to_ecc(secret, bound, x, y, ephemeral)))
    key = rsa.generate_private_key(65537, 2048)
    modulus = key.public_key().public_numbers().n.to_bytes(256, "big")
    seed = constant("credential seed")
    made.append(case("RSA 2048", key, rsa_endorsement_key(modulus), attestation,
                     lambda secret, bound: to_rsa(secret, bound, modulus, seed, constant("OAEP seed"))))
    library = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), b"IDENTITY\0")
    assert key.decrypt(bytes.fromhex(made[-1]["encrypted_secret"])[2:], library) == seed
    return made


def prove(tpm):
    """The simulated TPM reads what is made here, and its endorsement keys are of our templates."""
    attestation = tpm.read("ak.pub")[2:]
    assert name(attestation) == tpm.read("ak.name")
    secret, wire = constant("proof"), tpm.read("ek.pub")[2:]
    x, y = wire[-66:-34], wire[-32:]
    assert wire == ecc_endorsement_key(x, y)
    made = to_ecc(secret, name(attestation), x, y, from_constant("proof"))
    blob, encrypted = bytes.fromhex(made["credential_blob"]), bytes.fromhex(made["encrypted_secret"])
    assert tpm.activate(blob, encrypted, ECC_EK) == secret
    wire = tpm.read("ek-rsa.pub")[2:]
    assert wire == rsa_endorsement_key(wire[-256:])
    made = to_rsa(secret, name(attestation), wire[-256:], constant("proof seed"), constant("proof OAEP seed"))
    blob, encrypted = bytes.fromhex(made["credential_blob"]), bytes.fromhex(made["encrypted_secret"])
    assert tpm.activate(blob, encrypted, RSA_EK) == secret
