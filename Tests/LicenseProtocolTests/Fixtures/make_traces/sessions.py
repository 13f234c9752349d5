"""The recorded sessions."""
from .byte_strings import ORGANISATION, constant, sha256
from .certificates import new_key, spki
from .protobuf import Word
from .trace import Trace


def session_tpm(world, tpm):
    public_area, public = tpm.tls_key("session")
    trace = Trace("session-tpm", "A node with a TPM: attested, granted, licensed; the operator falls silent; two LeaseAcks are "
                  "missed and it dials again in vain, the lease runs out, and the operator comes back.", world,
                  "ASSURANCE_HARDWARE_TPM", public).begin()
    trace.open(True)
    trace.expect("attesting", ["save"])
    trace.beat(0)
    trace.expect("attesting")
    trace.attest_tpm(tpm, "session", public_area)
    trace.after(5).licensed()
    for _ in range(2):
        trace.after(9_997).beat(40_000)
        trace.expect("licensed")
    trace.after(9_997).beat(0, answered=False)
    trace.expect("licensed")
    trace.after(10_000).beat(0, answered=False)
    trace.event("tick")
    trace.expect("licensed", [])
    trace.after(9_999).event("tick")
    trace.expect("licensed", [])
    trace.after(1).event("tick")
    trace.expect("licensed", ["reconnect missed-lease-acks"])
    trace.event("disconnected", why="two lease acknowledgements are missing")
    trace.expect("licensed", [])
    # Each within its window: 2 s, 3.2 s, 5.12 s, 8.192 s.
    for wait in 1_500, 2_400, 4_700:
        trace.after(wait).event("dialing")
        trace.expect("licensed", [])
        trace.after(10).event("disconnected", why="connection refused")
        trace.expect("licensed", [])
    trace.after(1_369).event("tick")
    trace.expect("licensed", [])
    trace.after(1).event("tick")
    trace.expect("lease-lost", [])
    trace.after(5_000).event("dialing")
    trace.after(20).open(False)
    trace.expect("lease-lost")
    trace.beat(40_000)
    trace.expect("licensed")
    trace.write()


def session_file(world):
    key = new_key()
    trace = Trace("session-file", "A node without a TPM: its key is in a file, and the operator grades it so.", world,
                  "ASSURANCE_FILE_KEY", key.public_key()).begin()
    trace.extra["node"] = key
    trace.open(True)
    trace.expect("attesting", ["save"])
    trace.beat(0)
    trace.attest_file(key)
    trace.after(4).licensed()
    trace.write()


def no_seat(world):
    key = new_key()
    trace = Trace("no-seat", "Both seats are taken: the node is refused, the session stays open, and a seat comes free.", world,
                  "ASSURANCE_FILE_KEY", key.public_key()).begin()
    trace.extra["node"] = key
    trace.open(True)
    trace.beat(0)
    trace.attest_file(key)
    trace.after(4).step("operator", "refusal", {
        "reason": Word("REASON_NO_SEAT"),
        "message": f"Organisation {ORGANISATION} has 2 seats taken of at most 2, so node worker-7 gets none."})
    trace.expect("refused", [])
    trace.after(9_985).beat(0)
    trace.expect("refused", [])
    trace.after(4_000).licensed(used=2)
    trace.write()


def next_key_judged(trace):
    """A Heartbeat out of turn after the reply for a next key: its LeaseAck says that it is taken."""
    trace.after(1).beat(40_000)
    trace.expect("licensed", [])
    trace.after(1).event("disconnected", why="the certificate was renewed")
    trace.expect("licensed", [])


def rotation(world):
    old, new = new_key(), new_key()
    trace = Trace("rotation", "A node changes its key: the next one is attested over the old session, and used by the next "
                  "session.", world, "ASSURANCE_FILE_KEY", old.public_key()).begin()
    trace.extra.update(node=old, next=new)
    trace.open(True)
    trace.beat(0)
    trace.attest_file(old)
    trace.after(4).licensed()
    trace.after(5_000).event("keys", keys=[sha256(spki(old)).hex(), sha256(spki(new)).hex()])
    trace.attest_file(new, next_key=True)
    next_key_judged(trace)
    trace.after(900).event("dialing")
    trace.after(20)
    renewed = world.client(trace.node_name, new.public_key())
    trace.open(False, public=new.public_key(), client=renewed)
    trace.steps[-2]["client_certificate"] = renewed.hex()
    trace.expect("licensed", [])
    trace.beat(40_000)
    trace.grant()
    trace.expect("licensed", ["save"])
    trace.event("keys", keys=[sha256(spki(new)).hex()])
    trace.expect("licensed", [])
    trace.write()


def rotation_tpm(world, tpm):
    (old_area, old), (new_area, new) = tpm.tls_key("old"), tpm.tls_key("new")
    trace = Trace("rotation-tpm", "The next key is in the node's TPM too: it is certified over the old session.", world,
                  "ASSURANCE_HARDWARE_TPM", old).begin()
    trace.open(True)
    trace.beat(0)
    trace.attest_tpm(tpm, "old", old_area)
    trace.after(5).licensed()
    trace.after(5_000).event("keys", keys=[sha256(spki(old)).hex(), sha256(spki(new)).hex()])
    trace.attest_tpm(tpm, "new", new_area, next_key=True)
    next_key_judged(trace)
    trace.write()


def clone(world):
    key, other = new_key(), new_key()
    trace = Trace("clone", "Another machine presents an old ratchet value of this node: both are challenged; this one's answer "
                  "is signed by another key, so it loses and is fenced.", world, "ASSURANCE_FILE_KEY", key.public_key()).begin()
    trace.extra.update(node=key, other=other)
    trace.open(True)
    trace.beat(0)
    trace.attest_file(key)
    trace.after(4).licensed()
    trace.after(3_000).step("operator", "attestation_request", {"message": "Another machine claims the seat of node worker-7."})
    trace.expect("licensed", [])
    trace.attest_file(key, forge=other)
    trace.steps[-1]["forged"] = True
    trace.after(4).step("operator", "fenced", {
        "reason": Word("REASON_CLONE"), "retry_after_ms": 300_000,
        "message": "Two machines claim the seat of node worker-7: the signature is not the offered key's over this challenge."})
    trace.expect("fenced", ["save", "reconnect fenced"])
    trace.write()


def copy(world):
    key = new_key()
    seat = {"key_digest": sha256(spki(key)).hex(), "ratchet": constant("copy seat").hex(), "ratchet_confirmed": True, "epoch": 1}
    trace = Trace("copy", "The other side of a doubt: a machine with a node's certificate and key, and without its state, while "
                  "the node holds its lease. Both pass the challenge, so the one in doubt is fenced.", world,
                  "ASSURANCE_FILE_KEY", key.public_key(), seat).begin()
    trace.extra["node"] = key
    trace.open(True)
    trace.expect("attesting", ["save"])
    trace.beat(0)
    trace.expect("attesting", [])
    trace.attest_file(key)
    trace.after(9_989).beat(0)
    trace.expect("attesting", [])
    trace.after(700).step("operator", "fenced", {
        "reason": Word("REASON_CLONE"), "retry_after_ms": 300_000,
        "message": "Two machines claim the seat of node worker-7: both hold its key, and of this one no ratchet value was "
                   "presented."})
    trace.expect("fenced", ["save", "reconnect fenced"])
    trace.event("disconnected", why="the operator fenced this node")
    trace.expect("fenced", [])
    trace.write()


def drain(world):
    key = new_key()
    trace = Trace("drain", "The operator goes down and comes back; the node stays licensed all the while.", world,
                  "ASSURANCE_FILE_KEY", key.public_key()).begin()
    trace.extra["node"] = key
    trace.open(True)
    trace.beat(0)
    trace.attest_file(key)
    trace.after(4).licensed()
    trace.after(6_000).step("operator", "drain", {"reconnect_window_ms": 15_000, "reason": "restart for an upgrade"})
    trace.expect("licensed", ["reconnect drain"])
    trace.event("disconnected", why="the operator drains: restart for an upgrade")
    trace.expect("licensed", [])
    trace.after(11_000).event("dialing")
    trace.after(20).open(False)
    trace.expect("licensed")
    trace.beat(40_000)
    trace.expect("licensed")
    trace.write()
