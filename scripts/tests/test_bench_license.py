"""What the license benchmarks conclude from what they saw."""
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import pathlib
import sys
import types
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True


def program(name):
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(SCRIPTS / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


OPERATOR, AGENT = program("bench-operator"), program("bench-agent")
from bench_license.costs import Memory, Report, Usage  # noqa: E402
from bench_license.kubelet import PODS, pod, resources, summary  # noqa: E402


def fleet(*changes):
    """A fleet that said these: at, node, standing, connection."""
    made = OPERATOR.Fleet(types.SimpleNamespace(stdout=io.StringIO("")))
    lines = [json.dumps({"event": "changed", "at": at * 1000, "node": node, "standing": standing, "connection": connection, "why": None})
             for at, node, standing, connection in changes]
    made.process = types.SimpleNamespace(stdout=lines)
    made.read()
    return made


class Reconnecting(unittest.TestCase):
    def test_a_node_is_back_when_its_session_is_up_after_it_was_down(self):
        made = fleet((1, 1, "licensed", "connected"), (10, 1, "licensed", "disconnected"), (12, 1, "licensed", "connecting"),
                     (13, 1, "licensed", "connected"))
        self.assertEqual(made.back_after(9), ([(4.0, 3.0)], 0))

    def test_a_node_that_is_still_away_or_never_went_is_missing(self):
        made = fleet((1, 1, "licensed", "connected"), (1, 2, "licensed", "connected"), (10, 2, "licensed", "disconnected"))
        self.assertEqual(made.back_after(9), ([], 2))

    def test_a_dial_that_failed_is_counted(self):
        made = fleet((1, 1, "licensed", "connected"), (10, 1, "licensed", "disconnected"), (11, 1, "licensed", "connecting"),
                     (12, 1, "licensed", "disconnected"), (13, 1, "licensed", "connected"))
        self.assertEqual(made.dials_after(9), 1)

    def test_a_node_that_lost_its_license_for_a_moment_counts_as_lost(self):
        held = [(1, 1, "attesting", "connected"), (2, 1, "licensed", "connected")]
        self.assertEqual(fleet(*held).unlicensed_after_license(), 0)
        self.assertEqual(fleet(*held, (3, 1, "lease-lost", "disconnected"), (4, 1, "licensed", "connected")).unlicensed_after_license(), 1)


class Measuring(unittest.TestCase):
    def test_the_kernel_s_numbers_are_bytes_and_seconds(self):
        memory, usage = Memory(os.getpid()), Usage(os.getpid())
        status = pathlib.Path("/proc/self/status").read_text()
        resident = int(status.split("VmRSS:")[1].split()[0]) * 1024
        self.assertLess(abs(memory.rss - resident), 4 << 20)
        self.assertLessEqual(memory.anonymous, memory.rss)
        self.assertLess(abs(usage.cpu - sum(os.times()[:2])), 0.5)

    def test_a_missed_goal_is_exit_status_one(self):
        report = Report()
        report.goal("met", True)
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(report.end(), 0)
            report.goal("missed", False)
            self.assertEqual(report.end(), 1)

    def test_the_median_around_a_moment_leaves_other_minutes_out(self):
        agent = AGENT.Agent("one", None)
        agent.samples = [(at, types.SimpleNamespace(anonymous=at), None) for at in range(0, 200, 5)]
        self.assertEqual(agent.around("anonymous", 100), 100)
        self.assertIsNone(agent.around("anonymous", 500))


class KubeletDouble(unittest.TestCase):
    def test_its_answers_have_a_kubelet_s_shape(self):
        self.assertEqual(pod(1)["status"]["phase"], "Running")
        self.assertGreater(len(json.dumps(pod(1))), 8 << 10)
        self.assertEqual(len(summary()["pods"]), PODS)
        self.assertTrue(all(line.startswith("#") or " " in line for line in resources().splitlines()))


if __name__ == "__main__":
    unittest.main()
