"""vectors.json: byte strings, signatures, credentials and the ratchet's verdicts."""
import json

from .byte_strings import FACTS, ORGANISATION, SECOND, START, UID, binding, constant, fingerprint, hashed, sha256
from .certificates import new_key, pem, sign, spki
from .credentials import cases
from .protobuf import Word, encode, text
from .ratchets import histories
from .trace import HERE


def qualifying_data(bound):
    nonce, made = constant("nonce"), []
    for name, label, print_, node_uid in [
            ("everything", b"lowlayer.attest.v1", fingerprint(FACTS), UID),
            ("identity of a certificate", b"lowlayer.attest.v1", fingerprint(FACTS), ""),
            ("no fingerprint", b"lowlayer.attest.v1", b"", UID),
            ("next key", b"lowlayer.attest-next.v1", fingerprint(FACTS), UID)]:
        data = hashed(label, nonce, print_, node_uid, bound)
        made.append({"name": name, "label": label.decode(), "nonce": nonce.hex(), "fingerprint": print_.hex(),
                     "node_uid": node_uid, "hashed": data.hex(), "qualifying_data": sha256(data).hex()})
    return made


def fingerprints():
    return [{"name": name, "fingerprint": fingerprint(facts).hex(), "facts": [
        {"name": fact, "digest": None if value is None else sha256(value).hex()} for fact, value in facts]}
        for name, facts in [
            ("three facts, one of them absent", FACTS), ("no facts", []),
            ("six facts, given out of order", [
                ("tpm-ek", b"\x00\x5a\x00\x23"), ("system-disk-serial", b"S6Z1NX0T412345"), ("product-uuid", FACTS[1][1]),
                ("nic-permanent-address", b"52:54:00:12:34:56"), ("chassis-serial", None), ("board-serial", b"PF3XK2A7")])]]


def signed(key, message, body, label, other_label):
    data = encode(message, body)
    return {"text": body, "signed": data.hex(), "public_key": spki(key).hex(), "private_key": pem(key),
            "signature": sign(key, label + b"\0" + data).hex(),
            "signature_of_other_label": sign(key, other_label + b"\0" + data).hex()}


def vectors(world):
    client = world.client("worker-7", world.grant_key.public_key())
    session_id = constant("session")
    bound = binding(session_id, client, world.server)
    day = 86_400 * SECOND
    # In grace: two days after the entitlement below was issued, and within its grace.
    issued = START + 2 * day
    grant = signed(world.grant_key, "lowlayer.agent.v1.Grant", text({
        "organisation": ORGANISATION, "node_name": "worker-7", "node_uid": UID, "key_digest": constant("key"), "epoch": 4,
        "issued_at_ns": issued, "not_after_ns": issued + 7 * day, "assurance": Word("ASSURANCE_VIRTUAL_TPM"),
        "mode": Word("MODE_PLATFORM"), "entitlement": Word("ENTITLEMENT_STATE_GRACE"), "grace_until_ns": START + 14 * day,
        "seats_used": 3, "seats_included": 2, "seats_limit": 5}), b"lowlayer.grant.v1", b"lowlayer.entitlement.v1")
    entitlement = signed(new_key(), "lowlayer.keyserver.v1.Entitlement", text({
        "licensee": "root-cluster", "nonce": constant("report"), "mode": Word("MODE_PLATFORM"), "issued_at_ns": START,
        "not_after_ns": START + day, "grace_until_ns": START + 14 * day, "protocol": 1, "organisations": [
            {"organisation": ORGANISATION, "nodes_included": 2, "nodes_limit": 5},
            {"organisation": "org-example", "nodes_included": 10}]}), b"lowlayer.entitlement.v1", b"lowlayer.grant.v1")
    (HERE / "vectors.json").write_text(json.dumps({
        "binding": {"session_id": session_id.hex(), "client_certificate": client.hex(),
                    "server_certificate": world.server.hex(), "bytes": bound.hex()},
        "qualifying_data": qualifying_data(bound), "fingerprints": fingerprints(),
        "grant": {**grant, "digest": sha256(bytes.fromhex(grant["signed"])).hex()}, "entitlement": entitlement,
        "credentials": cases(), "ratchets": histories(),
    }, indent=1) + "\n")
