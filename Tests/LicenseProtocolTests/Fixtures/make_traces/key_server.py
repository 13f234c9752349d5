"""A recorded exchange of an operator with its key server."""
import json

from .byte_strings import ORGANISATION, SECOND, START, constant
from .certificates import Authority, new_key, pem, sign, spki
from .protobuf import Word, encode, text
from .trace import HERE

PACKAGE = "lowlayer.keyserver.v1."
LICENSEE, HOST = "root-cluster", "keyserver.example"
HOUR = 3600 * SECOND
GRANT = 24 * HOUR
LIMITS = {ORGANISATION: (2, 3), "org-example": (10, 0)}


class Exchange:
    """Steps by the operator's clock, and after each how the entitlement stands."""

    def __init__(self):
        self.steps, self.at, self.nonce = [], START, b""
        self.key, self.held, self.limits = new_key(), None, {}

    def after(self, seconds):
        self.at += seconds * SECOND
        return self

    def add(self, origin, **more):
        """The step, with what holds after it: the standing, and the end of a grant of a day that is issued now."""
        standing, until = "none", None
        if self.held:
            end, grace = self.held
            standing, until = (("current", end) if self.at < end else ("grace", grace) if self.at < grace else ("lapsed", grace))
        self.steps.append({
            "at_ns": self.at, "from": origin, **more, "standing": standing, **({"until_ns": until} if until else {}),
            **({"grant_not_after_ns": min(self.at + GRANT, self.held[1])} if standing in ("current", "grace") else {}),
            **({"limits": {name: {"included": included, "limit": limit} for name, (included, limit) in self.limits.items()}}
               if standing in ("current", "grace") else {})})

    def message(self, origin, kind, fields, **more):
        body = text(fields)
        self.add(origin, message=PACKAGE + kind, text=body, wire=encode(PACKAGE + kind, body).hex(), **more)

    def report(self, name, seats, leases):
        self.nonce = constant(name)
        self.message("operator", "OperatorReport", {
            "protocol_minimum": 1, "protocol_maximum": 1, "nonce": self.nonce, "organisations": [
                {"organisation": ORGANISATION, "seats": seats, "active_leases": leases}, {"organisation": "org-example"}]})

    def update(self, why=None, limits=LIMITS, key=None, required=None, **changes):
        """`why` it is not believed, by name; None where it is."""
        fields = {"licensee": LICENSEE, "nonce": self.nonce, "mode": Word("MODE_ENTERPRISE"), "issued_at_ns": self.at,
                  "not_after_ns": self.at + HOUR, "grace_until_ns": self.at + 72 * HOUR, "protocol": 1, "organisations": [
                      {"organisation": name, "nodes_included": included, **({"nodes_limit": limit} if limit else {})}
                      for name, (included, limit) in limits.items()]} | changes
        body = text({name: value for name, value in fields.items() if value is not None})
        signed = encode(PACKAGE + "Entitlement", body)
        if why is None:
            self.held, self.limits = (fields["not_after_ns"], fields["grace_until_ns"]), limits
        self.message("key-server", "EntitlementUpdate", {
            "signed": signed, "signature": sign(key or self.key, b"lowlayer.entitlement.v1\0" + signed),
            "report_interval_ms": 60_000, **({"required_features": [required]} if required else {})},
            entitlement=body, believed=why is None, **({"why": why} if why else {}))


def exchange(world):
    licensee, vendor = Authority(LICENSEE), Authority("vendor")
    client_key, server_key = new_key(), new_key()
    made = Exchange()
    made.add("event", event="start")
    made.report("report 1", 2, 2)
    made.after(1).update()
    made.after(4).update(limits={ORGANISATION: (2, 4), "org-example": (10, 0)})
    made.after(20).report("report 2", 3, 2)
    made.update("nonce", nonce=constant("report 1"))
    made.after(1).update(limits={ORGANISATION: (2, 4), "org-example": (10, 0)})
    now = made.after(1).at
    made.update("signature", key=world.grant_key)
    made.update("licensee", licensee="other-cluster")
    made.update("older", issued_at_ns=now - SECOND - 1)
    made.update("malformed", issued_at_ns=now + 72 * HOUR)
    made.update("malformed", grace_until_ns=now + HOUR - 1)
    made.update("malformed", mode=None)
    made.update("malformed", protocol=2)
    made.update("run-out", issued_at_ns=now - 2, not_after_ns=now - 1, grace_until_ns=now)
    made.update("required-feature", required="quota-by-core")
    made.message("key-server", "EntitlementUpdate", {
        "refusal": f"{LICENSEE} is no licensee of this key server: ask for a license", "report_interval_ms": 60_000},
        believed=False, why="refusal")
    end, grace = made.held
    made.at = end - 1
    made.add("event", event="time")
    made.at = end
    made.add("event", event="time")
    made.at = grace - 1
    made.add("event", event="time")
    made.at = grace
    made.add("event", event="time")
    made.report("report 3", 3, 0)
    # An operator above that is in its grace: what it may is over, and it goes on granting.
    made.after(1).update(not_after_ns=made.at - HOUR)
    made.after(1).update()
    (HERE / "key-server.json").write_text(json.dumps({
        "about": "An operator reports to its key server: what it believes of the answers and what not, and how the entitlement "
                 "stands until it has run out, grace included.",
        "licensee": LICENSEE, "server_name": HOST, "client_anchor": licensee.twin.hex(), "server_anchor": vendor.twin.hex(),
        "client_certificate": licensee.client("ll-operator", client_key.public_key()).hex(),
        "server_certificate": vendor.server("keyserver", server_key.public_key(), HOST).hex(),
        "public_key": spki(made.key).hex(),
        "private_keys": {"entitlement_key": pem(made.key), "licensee_issuer": pem(licensee.key), "operator": pem(client_key),
                         "server_issuer": pem(vendor.key), "server": pem(server_key)},
        "grant_length_ns": GRANT, "steps": made.steps}, indent=1) + "\n")
