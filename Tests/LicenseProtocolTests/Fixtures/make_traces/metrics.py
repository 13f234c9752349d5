"""The recorded session of a node that reports what it reads of itself."""
import json
import re

from .byte_strings import SECOND
from .certificates import new_key
from .protobuf import Printed
from .trace import HERE, Trace

# What the agent prints of a recorded machine. Tests/NodeMetricsTests/GoldenTests.swift holds it against the agent.
GOLDEN = HERE.parents[1] / "NodeMetricsTests/Fixtures/expected/captured-debian-12-linux-6.18-cgroup-v1.json"
GOLDEN_BOOT_ID, GOLDEN_WALL = "00000000-0000-4000-8000-000000000000", 1_760_000_000 * SECOND
TAKES = 26  # milliseconds from a snapshot's beginning until it is there


def snapshot(trace):
    """The golden, read at the trace's time and in its boot."""
    boot, wall = (trace.at - TAKES) * 1_000_000, trace.now() - TAKES * 1_000_000
    later = wall - GOLDEN_WALL
    clocks = {
        **dict.fromkeys(["time_ns", "at_ns", "last_measured_ns"], lambda _: boot),
        **dict.fromkeys(["wall_time_ns", "now_ns"], lambda value: value + later),
        **dict.fromkeys(["not_before_s", "not_after_s"], lambda value: value + later // SECOND),
        "boot_time_s": lambda _: (wall - boot) // SECOND, "uptime_ms": lambda _: boot // 10_000_000 * 10}

    def changed(member):
        name, value = member[1], int(member[2])
        return f'"{name}": {clocks[name](value) if name in clocks else value}'
    return re.sub(r'"(\w+)": (\d+)', changed, GOLDEN.read_text()).replace(GOLDEN_BOOT_ID, trace.boot_id)


def taken(trace):
    """A snapshot is there: its conditions are in the next Heartbeats, and it waits for its report."""
    trace.event("snapshot")
    text = snapshot(trace)
    trace.conditions = json.loads(text)["conditions"]
    return {"boottime_ns": trace.at * 1_000_000, "snapshot_json": Printed(text.encode())}


def metrics(world):
    key = new_key()
    trace = Trace("metrics", "A node reports every 15 s what it reads of itself. Of the two snapshots before the first session the "
                  "newer one is sent; one that is there before MetricsAck waits for it; the next session counts from 1 again.",
                  world, "ASSURANCE_FILE_KEY", key.public_key(), at=60_026)
    trace.extra["node"] = key
    taken(trace)
    trace.after(15_000)
    waiting = taken(trace)
    trace.after(14_974).begin()
    trace.open(True)
    trace.expect("attesting", ["save"])
    trace.beat(0, answered=False)
    trace.step("node", "metrics_report", {"sequence": 1, **waiting})
    trace.after(2)
    waiting = taken(trace)
    trace.after(1).acknowledge(0)
    trace.step("operator", "metrics_ack", {"sequence": 1})
    trace.expect("attesting", [])
    trace.step("node", "metrics_report", {"sequence": 2, **waiting})
    trace.after(3).step("operator", "metrics_ack", {"sequence": 2})
    trace.expect("attesting", [])
    trace.attest_file(key)
    trace.after(4).grant()
    trace.expect("awaiting-lease", ["save", "heartbeat"])
    trace.beat(40_000)
    trace.expect("licensed", [])
    trace.beat_when_due(40_000)
    trace.expect("licensed", [])
    trace.after(3_000).event("disconnected", why="the connection was reset")
    trace.expect("licensed", [])
    trace.after(1_965).event("dialing")
    trace.expect("licensed", [])
    trace.after(16)
    waiting = taken(trace)
    trace.after(4).open(False)
    trace.expect("licensed", [])
    trace.beat(40_000, answered=False)
    trace.step("node", "metrics_report", {"sequence": 1, **waiting})
    trace.after(3).acknowledge(40_000)
    trace.expect("licensed", [])
    trace.step("operator", "metrics_ack", {"sequence": 1})
    trace.write()
