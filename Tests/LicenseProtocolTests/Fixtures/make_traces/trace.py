"""A recorded session of one node and its operator."""
import json
import pathlib

from .byte_strings import BOOT, FACTS, ORGANISATION, SECOND, START, UID, binding, constant, fingerprint, hashed, sha256
from .certificates import Authority, new_key, pem, sign, spki
from .protobuf import Word, encode, text

HERE = pathlib.Path(__file__).resolve().parents[1]
HOST = "operator.example"
BOOT_ID = "3c9d7a0e-6f1b-4a52-8a39-5f2b7d1f0c44"


class World:
    """The two issuers, the operator's certificate and its grant key."""

    def __init__(self):
        self.organisation, self.platform = Authority(ORGANISATION), Authority("platform")
        self.grant_key, self.server_key = new_key(), new_key()
        self.server = self.platform.server("ll-operator", self.server_key.public_key(), HOST)

    def client(self, name, public):
        return self.organisation.client(name, public)


def entries(numbers):
    """A map field, of a dict."""
    return [{"key": name, "value": number} for name, number in sorted(numbers.items())]


class Trace:
    """Steps of one node and its operator. `at_ms` is the node's boot clock; the operator's clock runs with it."""

    def __init__(self, name, about, world, assurance, public, seat=None, at=BOOT):
        self.name, self.about, self.world, self.assurance = name, about, world, assurance
        self.node_name, self.uid = "worker-7", UID
        self.public, self.seat = public, seat
        self.client = world.client(self.node_name, public)
        self.steps, self.at, self.epoch, self.session, self.sequence = [], at, 0, 0, 0
        # The agent's starts, the boot, and the operator's clock when that boot's own was 0.
        self.starts, self.boot_id, self.origin = 1, BOOT_ID, START - BOOT * 1_000_000
        self.applied, self.conditions, self.beaten = {}, [], at
        self.extra = {}
        self.print = fingerprint(FACTS)
        self.granted = None
        self.ratchet = b""

    def now(self):
        return self.origin + self.at * 1_000_000

    def step(self, origin, kind, fields, **more):
        message = "lowlayer.agent.v1." + ("NodeMessage" if origin == "node" else "OperatorMessage")
        body = text({kind: fields})
        self.steps.append({"at_ms": self.at, "from": origin, "message": message, "text": body,
                           "wire": encode(message, body).hex(), **more})

    def event(self, name, **more):
        self.steps.append({"at_ms": self.at, "from": "event", "event": name, **more})

    def expect(self, standing, actions=None):
        self.steps[-1]["standing"] = standing
        if actions is not None:
            self.steps[-1]["actions"] = actions
        return self

    def after(self, milliseconds):
        self.at += milliseconds
        return self

    def restarted(self):
        """The agent starts again, in the same boot."""
        self.starts += 1
        self.event("restarted")

    def rebooted(self, boot_id, away, at):
        """The machine has started again: the agent is there `away` milliseconds later, `at` by the new boot's clock."""
        server = self.now() + away * 1_000_000
        self.at, self.origin, self.boot_id = at, server - at * 1_000_000, boot_id
        self.starts += 1
        self.event("rebooted", boot_id=boot_id, server_time_ns=server)

    def open(self, attestation, public=None, client=None, lost=False):
        """Hello and Welcome of a new session. A Welcome that is lost was sent, and the node was gone before it saved it."""
        self.session += 1
        self.sequence = 0
        self.public, self.client = public or self.public, client or self.client
        self.session_id = constant(f"{self.name} session {self.session}")
        self.event("opened")
        hello = {"protocol": {"minimum": 1, "maximum": 1}, "instance": constant(f"{self.name} instance {self.starts}", 16),
                 "boot_id": self.boot_id, "config_versions": entries(self.applied), "agent_version": "0.1.0",
                 "node_name": self.node_name, "assurance": Word(self.assurance),
                 "hardware": {"fingerprint": self.print, "facts": [
                     {"name": name, "source": "vector", **({"digest": sha256(value)} if value else {})}
                     for name, value in FACTS]}}
        if self.ratchet:
            hello["ratchet"] = self.ratchet
        if self.epoch:
            hello["epoch"] = self.epoch
        if self.granted:
            hello["grant_digest"] = sha256(self.granted)
        self.step("node", "hello", hello)
        issued = constant(f"{self.name} ratchet {self.session}")
        self.after(4).step("operator", "welcome", {
            "protocol": 1, "session_id": self.session_id, "ratchet": issued, "attestation_required": attestation,
            "heartbeat_interval_ms": 10_000, "lease_duration_ms": 40_000, "server_time_ns": self.now(),
            "grant_key": spki(self.world.grant_key)}, **({"lost": True} if lost else {}))
        if not lost:
            self.ratchet = issued

    def beat(self, remaining, answered=True):
        self.sequence += 1
        self.beaten = self.at
        self.step("node", "heartbeat", {"sequence": self.sequence, "boottime_ns": self.at * 1_000_000,
                                        "realtime_ns": self.now(), "ratchet": self.ratchet, "conditions": self.conditions})
        if answered:
            self.after(3).acknowledge(remaining)

    def beat_when_due(self, remaining):
        """The next Heartbeat, an interval after the last."""
        due = self.beaten + 10_000
        assert self.at <= due, f"{self.name}: a Heartbeat was due at {due}"
        self.after(due - self.at).beat(remaining)

    def acknowledge(self, remaining):
        """The LeaseAck of the last Heartbeat."""
        self.step("operator", "lease_ack", {
            "sequence": self.sequence, **({"lease_remaining_ms": remaining} if remaining else {}),
            "server_time_ns": self.now()})

    def offer(self, key, next_key):
        self.step("node", "attestation_offer", {"token": b"a projected token for audience ll-operator", **key,
                                                **({"next_key": True} if next_key else {})})

    def reply(self, after, nonce, next_key, answer):
        """The answer to a challenge, of what it has to say of the qualifying data."""
        label = b"lowlayer.attest-next.v1" if next_key else b"lowlayer.attest.v1"
        bound = binding(self.session_id, self.client, self.world.server)
        data = sha256(hashed(label, nonce, self.print, self.uid, bound))
        self.after(after).step("node", "challenge_reply", {**answer(data), "nonce": nonce}, qualifying_data=data.hex(),
                               binding=bound.hex(), label=label.decode())

    def attest_tpm(self, tpm, name, tpm_public, next_key=False):
        secret, nonce = (constant(f"{self.name} {what} {len(self.steps)}") for what in ("secret", "nonce"))
        self.offer({"tpm": {"endorsement_key": tpm.read("ek.pub"), "attestation_key": tpm.read("ak.pub"),
                            "tls_key": tpm_public}}, next_key)
        credential, encrypted = tpm.make_credential(secret)
        self.after(6).step("operator", "challenge", {
            "nonce": nonce, "credential_blob": credential, "encrypted_secret": encrypted, "node_uid": self.uid},
            secret=secret.hex())
        released = tpm.activate(credential, encrypted)
        assert released == secret

        def answer(data):
            info, signature = tpm.certify(name, data)
            return {"activated_secret": released, "certify_info": info, "certify_signature": signature}
        self.reply(310, nonce, next_key, answer)

    def attest_file(self, key, next_key=False, forge=None):
        nonce = constant(f"{self.name} nonce {len(self.steps)}")
        self.offer({"file": {"tls_key": spki(key)}}, next_key)
        self.after(6).step("operator", "challenge", {"nonce": nonce, "node_uid": self.uid})
        self.reply(2, nonce, next_key, lambda data: {"key_signature": sign(forge or key, data)})

    def grant(self, used=1, entitlement="CURRENT", days=7):
        self.epoch += 1
        fields = {"organisation": ORGANISATION, "node_name": self.node_name, "node_uid": self.uid,
                  "key_digest": sha256(spki(self.public)), "epoch": self.epoch, "issued_at_ns": self.now(),
                  "not_after_ns": self.now() + days * 86_400 * SECOND, "assurance": Word(self.assurance),
                  "mode": Word("MODE_ENTERPRISE"), "entitlement": Word("ENTITLEMENT_STATE_" + entitlement),
                  "seats_used": used, "seats_included": 2, "seats_limit": 2}
        body = text(fields)
        self.granted = encode("lowlayer.agent.v1.Grant", body)
        self.step("operator", "license_grant", {
            "signed": self.granted, "signature": sign(self.world.grant_key, b"lowlayer.grant.v1\0" + self.granted)}, grant=body)

    def licensed(self, **more):
        """From a grant to a lease."""
        self.grant(**more)
        self.expect("awaiting-lease", ["save", "heartbeat"])
        self.after(2).beat(40_000)
        self.expect("licensed", [])

    def begin(self):
        self.first_client = self.client
        self.event("dialing")
        self.expect("connecting", [])
        self.after(20)
        return self

    def write(self):
        world = self.world
        keys = {"grant_key": world.grant_key, "organisation_issuer": world.organisation.key,
                "operator_issuer": world.platform.key, "operator": world.server_key, **self.extra}
        (HERE / "traces" / f"{self.name}.json").write_text(json.dumps({
            "about": self.about, "node_name": self.node_name, "boot_id": BOOT_ID, "server_name": HOST,
            "server_time_ns": START + (self.steps[0]["at_ms"] - BOOT) * 1_000_000,
            "client_anchor": world.organisation.twin.hex(), "server_anchor": world.platform.twin.hex(),
            "server_certificate": world.server.hex(), "client_certificate": self.first_client.hex(),
            "private_keys": {name: pem(key) for name, key in keys.items()}, **({"seat": self.seat} if self.seat else {}),
            "steps": self.steps}, indent=1) + "\n")
