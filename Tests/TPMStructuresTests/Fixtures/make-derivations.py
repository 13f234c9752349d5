#!/usr/bin/env python3
"""Writes derivations.txt beside itself: TPM 2.0's derivations, duplication and credentials by another implementation.

Needs the Python package cryptography. Written from TPM 2.0 part 1; the keys are fresh in every run.
"""
import hashlib, hmac, pathlib, struct
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.kdf.kbkdf import CounterLocation, KBKDFHMAC, Mode

lines = []


def put(key, value):
    lines.append(f"{key} {value.hex()}")


def pattern(count, start):
    return bytes((start + 7 * i) % 256 for i in range(count))


def b2(value):
    return struct.pack(">H", len(value)) + value


HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


def kdfa(name, key, label, u, v, bits):
    fixed = label.encode() + b"\0" + u + v + struct.pack(">I", bits)
    return KBKDFHMAC(HASHES[name], Mode.CounterMode, bits // 8, 4, None, CounterLocation.BeforeFixed, None, None, fixed).derive(key)


def kdfe(name, z, label, u, v, bits):
    return ConcatKDFHash(HASHES[name], bits // 8, label.encode() + b"\0" + u + v).derive(z)


def coordinates(key):
    numbers = key.public_numbers()
    return numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")


def outer_wrap(seed, inner, name):
    cipher = Cipher(algorithms.AES(kdfa("sha256", seed, "STORAGE", name, b"", 128)), modes.CFB(bytes(16))).encryptor()
    encrypted = cipher.update(inner) + cipher.finalize()
    code = hmac.new(kdfa("sha256", seed, "INTEGRITY", b"", b"", 256), encrypted + name, "sha256").digest()
    return b2(b2(code) + encrypted)


for name in HASHES:
    for bits in (128, 256, 1024):
        put(f"kdfa.{name}.{bits}", kdfa(name, pattern(32, 1), "STORAGE", pattern(34, 2), pattern(5, 3), bits))
        put(f"kdfe.{name}.{bits}", kdfe(name, pattern(32, 4), "DUPLICATE", pattern(32, 5), pattern(32, 6), bits))

# An ECC parent like the storage root key, and an ephemeral key.
parent, ephemeral = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
x, y = coordinates(parent.public_key())
ephemeral_x, ephemeral_y = coordinates(ephemeral.public_key())
put("parent.x", x)
put("parent.y", y)
put("ephemeral", ephemeral.private_numbers().private_value.to_bytes(32, "big"))
z = ephemeral.exchange(ec.ECDH(), parent.public_key())
put("encryptedSeed", b2(b2(ephemeral_x) + b2(ephemeral_y)))

# The sealed object of Duplication.
secret, auth, obfuscation, policy = pattern(32, 7), pattern(32, 8), pattern(32, 9), pattern(32, 10)
public = struct.pack(">HHI", 0x0008, 0x000B, 0x400) + b2(policy) + struct.pack(">H", 0x0010)
public += b2(hashlib.sha256(obfuscation + secret).digest())
name = struct.pack(">H", 0x000B) + hashlib.sha256(public).digest()
seed = kdfe("sha256", z, "DUPLICATE", ephemeral_x, x, 256)
sensitive = b2(struct.pack(">H", 0x0008) + b2(auth) + b2(obfuscation) + b2(secret))
put("duplication.public", b2(public))
put("duplication.private", outer_wrap(seed, sensitive, name))

# A credential for the same key.
seed = kdfe("sha256", z, "IDENTITY", ephemeral_x, x, 256)
put("credential.blob", outer_wrap(seed, b2(secret), name))
put("credential.name", name)

# OAEP with a label, by hand for a fixed seed, proven by the library's decryption.
key = rsa.generate_private_key(65537, 2048)
n = key.public_key().public_numbers().n
put("rsa.modulus", n.to_bytes(256, "big"))
for message in (1, 2, n - 1, n // 3):
    put("rsa.message", message.to_bytes(256, "big"))
    put("rsa.power", pow(message, 65537, n).to_bytes(256, "big"))
    put("rsa.cube", pow(message, 3, n).to_bytes(256, "big"))


def mask(seed, count):
    return b"".join(hashlib.sha256(seed + struct.pack(">I", i)).digest() for i in range(count // 32 + 1))[:count]


def xor(left, right):
    return bytes(a ^ b for a, b in zip(left, right))


block = hashlib.sha256(b"DUPLICATE\0").digest()
block += bytes(256 - 32 - 1 - len(block) - 1 - len(secret)) + b"\1" + secret
masked = xor(block, mask(obfuscation, len(block)))
encoded = b"\0" + xor(obfuscation, mask(masked, 32)) + masked
ciphertext = pow(int.from_bytes(encoded, "big"), 65537, n).to_bytes(256, "big")
oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), b"DUPLICATE\0")
assert key.decrypt(ciphertext, oaep) == secret
put("oaep.ciphertext", ciphertext)

pathlib.Path(__file__).with_name("derivations.txt").write_text("\n".join(lines) + "\n")
