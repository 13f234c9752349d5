"""boot-order on small handmade roots: what it reads, what it leaves out, what it complains of."""

import json
import os
import subprocess
import tempfile
import unittest

BOOT_ORDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "boot-order")
ETC = "root/etc/systemd/system/"
PRESET = "root/etc/systemd/system-preset/20-ignition.preset"
INSTALL = "[Install]\nWantedBy=multi-user.target\n"


def service(unit="", service="", install=INSTALL):
    return f"[Unit]\nDescription=made by hand\n{unit}\n[Service]\nExecStart=/bin/true\n{service}\n{install}"


class BootOrder(unittest.TestCase):
    def setUp(self):
        self.begin()

    def begin(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.base = folder.name
        os.makedirs(os.path.join(self.base, ETC))
        os.makedirs(os.path.join(self.base, "generated"))

    def write(self, files, enabled=None):
        files = dict(files)
        if enabled is None:
            enabled = [os.path.basename(path) for path in files if path.startswith(ETC) and path.count("/") == 4]
        files.setdefault(PRESET, "".join(f"enable {name}\n" for name in enabled))
        for path, text in files.items():
            path = os.path.join(self.base, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if text.startswith("-> "):
                os.symlink(text[3:], path)
            else:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)

    def run_it(self, *arguments, status=0):
        done = subprocess.run(
            [BOOT_ORDER, "root", "generated", *arguments], cwd=self.base, capture_output=True, text=True
        )
        self.assertEqual(done.returncode, status, done.stderr)
        return json.loads(done.stdout) if done.stdout else None

    def errors_of(self, *arguments):
        report = self.run_it(*arguments, status=1)
        return [(error["unit"], error["kind"]) for error in report["errors"]]

    def test_the_chain_is_read_from_units_dropins_presets_and_generated_services(self):
        self.write({
            ETC + "ll-tpm-unseal.service": service("After=network-online.target\nWants=network-online.target"),
            ETC + "kube-pki-ready.service": service("After=openbao-agent.service\nWants=openbao-agent.service"),
            ETC + "kubelet.service": service("After=network-online.target"),
            ETC + "kubelet.service.d/10-chain.conf": "[Unit]\nAfter=kube-pki-ready.service\n",
            "generated/openbao.service": service("After=ll-tpm-unseal.service"),
            "generated/openbao-agent.service": service("After=openbao.service network-online.target"),
            "generated/multi-user.target.wants/openbao.service": "-> ../openbao.service",
            "generated/multi-user.target.wants/openbao-agent.service": "-> ../openbao-agent.service",
        })
        report = self.run_it()
        self.assertEqual(report["order"], [
            "network-online.target", "ll-tpm-unseal.service", "openbao.service", "openbao-agent.service",
            "kube-pki-ready.service", "kubelet.service",
        ])
        self.assertEqual({name: unit["after"] for name, unit in report["units"].items()}, {
            "network-online.target": [],
            "ll-tpm-unseal.service": ["network-online.target"],
            "openbao.service": ["ll-tpm-unseal.service"],
            "openbao-agent.service": ["openbao.service"],
            "kube-pki-ready.service": ["openbao-agent.service"],
            "kubelet.service": ["kube-pki-ready.service"],
        })
        self.assertEqual(report["units"]["openbao.service"]["pulledBy"], {"Wants": ["multi-user.target"]})
        self.assertEqual(report["errors"], [])

    def test_order_through_units_that_were_not_asked_for_counts(self):
        self.write({
            ETC + "first.service": service("Before=middle.target"),
            ETC + "middle.target": "[Unit]\nWants=quiet.service\n",
            ETC + "quiet.service": service(install=""),
            ETC + "last.service": service("After=middle.target\nWants=middle.target"),
        }, enabled=["first.service", "last.service"])
        report = self.run_it("first.service", "last.service", "quiet.service")
        # A target waits for what it pulls in without a word about order.
        self.assertEqual(report["units"]["last.service"]["after"], ["first.service", "quiet.service"])
        self.assertEqual(report["order"], ["first.service", "quiet.service", "last.service"])

    def test_equals_come_alphabetically(self):
        self.write({ETC + f"{name}.service": service() for name in ("c", "a", "b")})
        self.assertEqual(self.run_it("?.service")["order"], ["a.service", "b.service", "c.service"])

    def test_files_are_read_as_systemd_reads_them(self):
        self.write({
            ETC + "long.service": service(
                "After=a.service \\\n# a comment between\n  b.service\n;After=z.service\nAfter="
            ),
            ETC + "a.service": service(),
            ETC + "b.service": service(),
            ETC + "worker@.service": service("After=b.service\nDescription=%i", install=INSTALL + "\n"),
            ETC + "late.service": service("After=worker@one.service alias.service"),
            ETC + "alias.service": "-> /etc/systemd/system/a.service",
            PRESET: "enable worker@.service one\nenable long.service\nenable a.service\nenable b.service\n"
                    "enable late.service\n",
        })
        units = self.run_it("*.service")["units"]
        self.assertEqual(units["long.service"]["after"], ["a.service", "b.service"])
        self.assertEqual(units["late.service"]["after"], ["a.service", "worker@one.service"])
        self.assertEqual(units["worker@one.service"]["after"], ["b.service"])
        self.assertEqual(units["worker@one.service"]["pulledBy"], {"Wants": ["multi-user.target"]})

    def test_dropins_override_by_file_name_and_specific_folder(self):
        self.write({
            ETC + "ll-a.service": service(service="Restart=no\nRestartSec=1"),
            ETC + "ll-a.service.d/20-restart.conf": "[Service]\nRestart=always\n",
            ETC + "ll-.service.d/20-restart.conf": "[Service]\nRestart=on-failure\n",
            ETC + "service.d/10-all.conf": "[Service]\nRestartSec=1min 500ms\n[Unit]\nStartLimitIntervalSec=0\n",
            "root/usr/lib/systemd/system/ll-a.service.d/30-gone.conf": "[Service]\nRestart=on-abort\n",
            ETC + "ll-a.service.d/30-gone.conf": "-> /dev/null",
        })
        unit = self.run_it("ll-a.service")["units"]["ll-a.service"]
        self.assertEqual((unit["restart"], unit["restartSec"]), ("always", 60.5))
        self.assertEqual(unit["startLimit"], {"intervalSec": 0, "burst": None, "unlimited": True})

    def test_requires_and_its_relatives_are_told(self):
        self.write({
            ETC + "a.service": service("Requires=b.service\nBindsTo=c.service"),
            ETC + "b.service": service(),
            ETC + "c.service": service(),
        })
        units = self.run_it("a.service", "b.service")["units"]
        self.assertTrue(units["a.service"]["hasRequires"])
        self.assertEqual(units["a.service"]["requires"], ["b.service", "c.service"])
        self.assertFalse(units["b.service"]["hasRequires"])
        self.assertEqual(units["b.service"]["pulledBy"], {"Requires": ["a.service"], "Wants": ["multi-user.target"]})

    def test_a_timer_pulls_its_service(self):
        self.write({
            ETC + "renew.service": service(install=""),
            ETC + "renew.timer": "[Timer]\nOnBootSec=1\n[Install]\nWantedBy=timers.target\n",
        }, enabled=["renew.timer"])
        unit = self.run_it("renew.service")["units"]["renew.service"]
        self.assertEqual(unit["pulledBy"], {"Triggers": ["renew.timer"]})

    def test_faults_are_errors(self):
        cases = {
            "a cycle": (
                {ETC + "a.service": service("After=b.service"), ETC + "b.service": service("After=a.service")}, None,
                [("a.service", "cycle")],
            ),
            "a cycle through systemd's own targets": (
                {ETC + "a.service": service("Before=sysinit.target")}, None, [("a.service", "cycle")],
            ),
            "nothing pulls": ({ETC + "a.service": service()}, [], [("a.service", "not-pulled")]),
            "pulled only by what nothing pulls": (
                {ETC + "a.service": service(install=""), ETC + "idle.service": service("Wants=a.service", install="")},
                [], [("a.service", "not-pulled")],
            ),
            "After= of no unit": (
                {ETC + "a.service": service("After=nowhere.service")}, None, [("a.service", "absent")],
            ),
            "Wants= of a mask": (
                {ETC + "a.service": service("Wants=m.service"), ETC + "m.service": "-> /dev/null"}, ["a.service"],
                [("a.service", "absent")],
            ),
            "enabled without [Install]": (
                {ETC + "a.service": service(install="")}, None, [("a.service", "enabled"), ("a.service", "not-pulled")],
            ),
            "enabled and not there": (
                {ETC + "a.service": service()}, ["a.service", "b.service"], [("b.service", "enabled")],
            ),
            "enabled though generated": (
                {
                    "generated/a.service": service(),
                    "generated/multi-user.target.wants/a.service": "-> ../a.service",
                }, ["a.service"], [("a.service", "enabled")],
            ),
        }
        for name, (files, enabled, expected) in cases.items():
            with self.subTest(name):
                self.begin()
                self.write(files, enabled)
                self.assertEqual(self.errors_of("a.service"), expected)

    def test_declared_host_units_are_no_faults(self):
        self.write({ETC + "kubelet.service": service("After=crio.service\nWants=crio.service")})
        self.assertEqual(self.errors_of("kubelet.service"), [("kubelet.service", "absent")] * 2)
        self.run_it("--host-unit", "crio.service", "kubelet.service")

    def test_an_asked_unit_that_is_not_there_is_an_error_and_one_of_the_usual_chain_is_not(self):
        self.assertEqual(self.errors_of("nowhere.service"), [("nowhere.service", "absent")])
        self.assertEqual(self.run_it()["order"], ["network-online.target"])

    def test_wrong_usage_exits_2(self):
        self.run_it("no-suffix", status=2)


if __name__ == "__main__":
    unittest.main()
