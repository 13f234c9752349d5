"""The recorded sessions in which the operator changes what the node is to apply."""
from .byte_strings import SECOND, constant
from .certificates import new_key
from .protobuf import Printed
from .trace import Trace, entries

NOT_APPLIED = 'configuration "fleet": 2:1: error: Interval= is no number of seconds from 1 to 3600'


class Wanted:
    """What the operator wants applied: bodies by name, and the versions that the names have had: the change's time in seconds
    since 1970, or one more than the version before."""

    def __init__(self, trace):
        self.trace, self.bodies, self.numbers = trace, {}, {}
        self.nonce, self.versions = b"", {}

    def change(self, **bodies):
        """These and no others from now on. A name that was away has another version when it returns, whatever its body."""
        for name, body in bodies.items():
            if self.bodies.get(name) != body:
                self.numbers[name] = max(self.numbers.get(name, 0) + 1, self.trace.now() // SECOND)
        self.bodies = bodies
        self.trace.event("configuration", bodies=bodies)

    def delta(self):
        """From what the node has to what is wanted."""
        trace = self.trace
        self.versions = {name: self.numbers[name] for name in self.bodies}
        self.nonce = constant(f"{trace.name} delta {len(trace.steps)}")
        trace.step("operator", "config_delta", {
            "nonce": self.nonce, "from": entries(trace.applied),
            "set": [{"name": name, "version": version, "body": Printed(self.bodies[name].encode())}
                    for name, version in sorted(self.versions.items()) if trace.applied.get(name) != version],
            "removed": [name for name in sorted(trace.applied) if name not in self.versions]})

    def acknowledge(self, interval, units, error=None):
        """The ConfigAck, and the settings that hold after it. Where there is an error they are those from before."""
        trace = self.trace
        if error is None:
            trace.applied = self.versions
        trace.step("node", "config_ack", {
            "nonce": self.nonce, "versions": entries(trace.applied), **({"error": error} if error else {})},
            settings={"interval_s": interval, "units": units})


def again(trace):
    """The connection breaks, and the next session begins."""
    trace.after(1_000).event("disconnected", why="the connection was reset")
    trace.expect("licensed", [])
    trace.after(1_500).event("dialing")
    trace.expect("licensed", [])
    trace.after(20).open(False)
    trace.expect("licensed", [])


def configuration(world):
    key = new_key()
    trace = Trace("configuration", "The operator's whole configuration after the first grant, a change of it, one that the node "
                  "does not apply, the next session with that still wanted, its correction, a session with nothing to send, and a "
                  "name that returns. The node's own settings are Interval=15 and no units.", world, "ASSURANCE_FILE_KEY",
                  key.public_key())
    trace.extra["node"] = key
    wanted = Wanted(trace)
    wanted.change(fleet="[Agent]\nInterval=30\n", units="[Agent]\nUnit=kubelet.service\nUnit=containerd.service\n")
    trace.begin()
    trace.open(True)
    trace.expect("attesting", ["save"])
    trace.beat(0)
    trace.attest_file(key)
    trace.after(4).grant()
    trace.expect("awaiting-lease", ["save", "heartbeat"])
    wanted.delta()
    trace.beat(40_000, answered=False)
    wanted.acknowledge(30, ["kubelet.service", "containerd.service"])
    trace.after(3).acknowledge(40_000)
    trace.expect("licensed", [])

    # One body changes, one name comes and one goes.
    trace.after(4_000)
    wanted.change(fleet="[Agent]\nInterval=60\n", watch="[Agent]\nUnit=sshd.service\n")
    wanted.delta()
    wanted.acknowledge(60, ["sshd.service"])
    trace.beat_when_due(40_000)
    trace.expect("licensed", [])

    # One of the two cannot be applied: neither is. The operator does not send the same again in this session.
    trace.after(2_000)
    more = "[Agent]\nUnit=sshd.service\nUnit=chronyd.service\n"
    wanted.change(fleet="[Agent]\nInterval=0\n", watch=more)
    wanted.delta()
    wanted.acknowledge(60, ["sshd.service"], error=NOT_APPLIED)
    trace.beat_when_due(40_000)
    trace.expect("licensed", [])

    # The agent of the next session may be a newer one, and is asked once.
    again(trace)
    wanted.delta()
    trace.beat(40_000, answered=False)
    wanted.acknowledge(60, ["sshd.service"], error=NOT_APPLIED)
    trace.after(3).acknowledge(40_000)
    trace.expect("licensed", [])
    trace.after(5_000)
    wanted.change(fleet="[Agent]\nInterval=45\n", watch=more)
    wanted.delta()
    wanted.acknowledge(45, ["sshd.service", "chronyd.service"])

    again(trace)
    trace.beat(40_000)
    trace.expect("licensed", [])
    trace.after(3_000)
    wanted.change(fleet="[Agent]\nInterval=45\n", units="[Agent]\nUnit=crio.service\n")
    wanted.delta()
    wanted.acknowledge(45, ["crio.service"])
    trace.write()
