"""The recorded sessions of a node whose agent starts again, and of which then the whole machine does, twice."""
from .certificates import new_key
from .trace import Trace

SECOND_BOOT = "a1f6c2d8-94b7-4e0f-8c35-27d9e6b0481a"
THIRD_BOOT = "5d20e7b3-1c48-4f96-b7ea-90c3f8d2165e"


def returned(trace):
    """A node that remembers its grant, and has no lease since its agent's start."""
    trace.event("dialing")
    trace.expect("awaiting-lease", [])
    trace.after(20).open(False)
    trace.expect("awaiting-lease", [])
    trace.beat(40_000)
    trace.expect("licensed", [])


def reboot(world):
    key = new_key()
    trace = Trace("reboot", "The agent is started again, then the machine, and then once more before the node had saved the "
                  "Welcome's ratchet value. The operator takes each for the same node: one seat, one grant, no challenge.", world,
                  "ASSURANCE_FILE_KEY", key.public_key()).begin()
    trace.extra["node"] = key
    trace.open(True)
    trace.expect("attesting", ["save"])
    trace.beat(0)
    trace.attest_file(key)
    trace.after(4).grant()
    trace.expect("awaiting-lease", ["save", "heartbeat"])
    trace.beat(40_000)
    trace.expect("licensed", [])
    trace.beat_when_due(40_000)
    trace.expect("licensed", [])

    # Another process in the same boot: what it knows is what was saved.
    trace.after(2_000).event("disconnected", why="the agent ended")
    trace.expect("licensed", [])
    trace.after(1_200).restarted()
    trace.expect("awaiting-lease")
    returned(trace)
    trace.beat_when_due(40_000)
    trace.expect("licensed", [])

    # The power fails, and nobody says goodbye. By the time that the node is back its lease has run out at the operator.
    trace.after(3_000).rebooted(SECOND_BOOT, away=95_000, at=12_000)
    trace.expect("awaiting-lease")
    returned(trace)

    # It fails again after the operator has saved the next value and before the node has: the value before serves once more.
    trace.after(4_000).event("disconnected", why="the connection was reset")
    trace.expect("licensed", [])
    trace.after(1_500).event("dialing")
    trace.expect("licensed", [])
    trace.after(20).open(False, lost=True)
    trace.rebooted(THIRD_BOOT, away=60_000, at=11_000)
    trace.expect("awaiting-lease")
    returned(trace)
    trace.write()
