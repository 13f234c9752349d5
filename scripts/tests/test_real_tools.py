"""The wrappers of the real tools, on small handmade inputs. Needs what scripts/setup installs, and root or sudo."""

import functools
import hashlib
import http.server
import json
import os
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

SCRIPTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CONTAINER = """[Unit]
After=load.service
[Container]
Image=localhost/hello:1
Network=lab.network
Notify=healthy
HealthCmd=/bin/true
[Service]
Restart=always
[Install]
WantedBy=multi-user.target
"""
LOAD = "[Service]\nType=oneshot\nExecStart=/usr/local/bin/load\n[Install]\nWantedBy=multi-user.target\n"


def data(text):
    return {"source": "data:," + urllib.parse.quote(text)}


def config(**storage):
    files = [
        {"path": "/etc/hostname", "mode": 0o644, "overwrite": True, "contents": data("node1\n")},
        {"path": "/etc/containers/systemd/hello.container", "mode": 0o644, "contents": data(CONTAINER)},
        {"path": "/etc/containers/systemd/lab.network", "mode": 0o644, "contents": data("[Network]\n")},
    ]
    return {
        "ignition": {"version": "3.3.0"},
        "passwd": {"users": [
            {"name": "core", "sshAuthorizedKeys": ["ssh-ed25519 AAAA test"]},
            {"name": "etcd", "system": True},
        ]},
        "storage": {
            "directories": [{"path": "/var/lib/etcd", "mode": 0o700, "user": {"name": "etcd"}}],
            "links": [{"path": "/etc/localtime", "target": "../usr/share/zoneinfo/UTC"}],
            **storage, "files": files + storage.get("files", []),
        },
        "systemd": {"units": [
            {"name": "load.service", "enabled": True, "contents": LOAD,
             "dropins": [{"name": "10-net.conf", "contents": "[Unit]\nAfter=network-online.target\n"}]},
            {"name": "docker.socket", "mask": True},
            {"name": "zincati.service", "enabled": False},
        ]},
    }


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class RealTools(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.base = folder.name

    def run_tool(self, tool, *arguments, status=0):
        done = subprocess.run(
            [os.path.join(SCRIPTS, "real-tools", tool), *arguments], cwd=self.base, capture_output=True, text=True
        )
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def path(self, name):
        return os.path.join(self.base, name)

    def write(self, name, value):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(value if isinstance(value, str) else json.dumps(value))

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def serve(self):
        os.makedirs(self.path("mirror"))
        handler = functools.partial(QuietHandler, directory=self.path("mirror"))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    def test_ignition_validate_takes_a_valid_config_and_names_the_file_of_a_wrong_one(self):
        self.write("good.ign", config())
        self.write("bad.ign", config(files=[{"path": "relative"}]))
        self.write("new.ign", {"ignition": {"version": "3.5.0"}})
        self.assertEqual(self.run_tool("ignition-validate", "good.ign").stderr, "")
        done = self.run_tool("ignition-validate", "good.ign", "bad.ign", status=1)
        self.assertIn("bad.ign: error at $.storage.files.3.path", done.stderr)
        self.run_tool("ignition-validate", "new.ign", status=1)
        self.run_tool("ignition-validate", status=2)

    def test_ignition_apply_writes_files_links_folders_users_units_and_presets(self):
        self.write("a.ign", config())
        self.run_tool("ignition-apply", "a.ign", "root")
        self.assertEqual(self.read("root/etc/hostname"), "node1\n")
        self.assertEqual(os.readlink(self.path("root/etc/localtime")), "../usr/share/zoneinfo/UTC")
        self.assertEqual(os.readlink(self.path("root/etc/systemd/system/docker.socket")), "/dev/null")
        self.assertEqual(self.read("root/etc/systemd/system/load.service"), LOAD)
        self.assertIn("After=network-online", self.read("root/etc/systemd/system/load.service.d/10-net.conf"))
        presets = self.read("root/etc/systemd/system-preset/20-ignition.preset").split("\n")
        self.assertEqual(sorted(presets), ["", "disable zincati.service", "enable load.service"])
        passwd = dict(line.split(":", 1) for line in self.read("root/etc/passwd").split("\n") if line)
        self.assertEqual(sorted(passwd), ["core", "etcd", "root"])
        folder = os.stat(self.path("root/var/lib/etcd"))
        self.assertEqual((folder.st_mode & 0o7777, folder.st_uid), (0o700, int(passwd["etcd"].split(":")[1])))
        self.assertIn("Ignition finished successfully", self.read("root.ignition.log"))

    def test_ignition_apply_leaves_disks_alone_and_still_writes_files(self):
        disks = {
            "disks": [{"device": "/dev/vdb", "wipeTable": True}],
            "luks": [
                {"name": "bound", "device": "/dev/vdb", "clevis": {"tpm2": True}},
                {"name": "keyed", "device": "/dev/vdc", "keyFile": data("a key")},
            ],
            "filesystems": [{"device": "/dev/mapper/bound", "path": "/var/lib/data", "format": "xfs"}],
        }
        self.write("a.ign", config(**disks))
        self.run_tool("ignition-apply", "a.ign", "root")
        self.assertEqual([line.split()[0] for line in self.read("root/etc/crypttab").splitlines()], ["bound", "keyed"])

    def test_ignition_apply_takes_remote_files_only_with_the_right_bytes(self):
        mirror = self.serve()
        self.write("mirror/blob", "the right bytes\n")
        digest = "sha256-" + hashlib.sha256(b"the right bytes\n").hexdigest()
        blob = {"path": "/opt/blob", "contents": {"source": mirror + "/blob", "verification": {"hash": digest}}}
        self.write("a.ign", config(files=[blob]))
        self.run_tool("ignition-apply", "a.ign", "root")
        self.assertEqual(self.read("root/opt/blob"), "the right bytes\n")
        self.write("mirror/blob", "the wrong bytes\n")
        done = self.run_tool("ignition-apply", "--log", "wrong.log", "a.ign", "wrong", status=1)
        self.assertIn("hash verification failed", done.stderr)
        self.assertTrue(all(line.startswith("CRITICAL") for line in done.stderr.splitlines()[:-1]), done.stderr)
        self.assertFalse(os.path.exists(self.path("wrong/opt/blob")))
        self.assertIn("hash verification failed", self.read("wrong.log"))
        os.remove(self.path("mirror/blob"))
        self.run_tool("ignition-apply", "a.ign", "absent", status=1)

    def test_ignition_apply_fetches_a_config_that_lies_elsewhere(self):
        mirror = self.serve()
        self.write("mirror/a.ign", config())
        self.write("stub.ign", {"ignition": {"version": "3.3.0", "config": {"replace": {"source": mirror + "/a.ign"}}}})
        self.run_tool("ignition-apply", "stub.ign", "root")
        self.assertEqual(self.read("root/etc/hostname"), "node1\n")

    def test_ignition_apply_ends_when_the_mirror_never_answers(self):
        mirror = "http://127.0.0.1:9"
        self.write("a.ign", config(files=[{"path": "/opt/blob", "contents": {"source": mirror + "/blob"}}]))
        done = self.run_tool("ignition-apply", "--timeout", "1", "a.ign", "root", status=3)
        self.assertIn("was ended after 1 s", done.stderr)

    def test_quadlet_generates_services_and_links_and_replaces_an_earlier_run(self):
        self.write("root/etc/containers/systemd/hello.container", CONTAINER)
        self.write("root/etc/containers/systemd/lab.network", "[Network]\n")
        self.assertEqual(self.run_tool("quadlet", "root", "out").stderr, "")
        self.assertEqual(sorted(os.listdir(self.path("out"))), [
            "hello.service", "lab-network.service", "multi-user.target.wants",
        ])
        text = self.read("out/hello.service")
        self.assertIn("SourcePath=/etc/containers/systemd/hello.container", text)
        self.assertIn("--sdnotify=healthy", text)
        os.remove(self.path("root/etc/containers/systemd/lab.network"))
        self.write("root/etc/containers/systemd/hello.container", CONTAINER.replace("Network=lab.network\n", ""))
        self.run_tool("quadlet", "root", "out")
        self.assertEqual(sorted(os.listdir(self.path("out"))), ["hello.service", "multi-user.target.wants"])
        self.assertIn("---hello.service---", self.run_tool("quadlet", "--dryrun", "root").stdout)

    def test_quadlet_refuses_a_wrong_unit_and_leaves_what_was_there(self):
        self.write("root/etc/containers/systemd/hello.container", CONTAINER.replace("Image=", "Imgae="))
        self.write("out/earlier.service", "[Service]\n")
        done = self.run_tool("quadlet", "root", "out", status=1)
        self.assertIn("unsupported key 'Imgae' in group 'Container'", done.stderr)
        self.assertEqual(os.listdir(self.path("out")), ["earlier.service"])
        self.write("home/letter.txt", "")
        self.run_tool("quadlet", "root", "home", status=2)

    def test_systemd_verify_forgives_declared_externals_and_nothing_else(self):
        self.write("root/etc/containers/systemd/hello.container", CONTAINER.replace("Network=lab.network\n", ""))
        self.write("root/etc/systemd/system/load.service", LOAD)
        self.assertEqual(self.run_tool("systemd-verify", "root", "/usr/local/bin/load").stderr, "")
        done = self.run_tool("systemd-verify", "root", status=1)
        self.assertIn("/usr/local/bin/load is not executable", done.stderr)
        self.write("root/etc/systemd/system/crio.service.d/10.conf", "[Service]\nEnvironment=A=b\n")
        self.run_tool("systemd-verify", "root", "/usr/local/bin/load", status=1)
        self.run_tool("systemd-verify", "root", "/usr/local/bin/load", "crio.service")
        cases = {
            "an unknown key": "[Service]\nExecStart=/bin/true\nBogus=1\n",
            "an always restarted oneshot": "[Service]\nType=oneshot\nRestart=always\nExecStart=/bin/true\n",
            "a missing requirement": "[Unit]\nRequires=nowhere.service\n[Service]\nExecStart=/bin/true\n",
            "a cycle": "[Unit]\nAfter=hello.service\nBefore=load.service\nWants=hello.service load.service\n"
                       "[Service]\nExecStart=/bin/true\n",
        }
        for name, text in cases.items():
            with self.subTest(name):
                self.write("root/etc/systemd/system/fault.service", text)
                self.run_tool("systemd-verify", "root", "/usr/local/bin/load", "crio.service", status=1)
        self.write("root/etc/systemd/system/fault.service", "[Service]\nExecStart=/bin/true\n")
        self.write("root/etc/systemd/system/hello.service.d/10.conf", "[Service]\nBogus=1\n")
        self.run_tool("systemd-verify", "root", "/usr/local/bin/load", "crio.service", status=1)

    def test_boot_order_enables_the_same_units_as_systemd_itself(self):
        units = self.path("root/etc/systemd/system")
        install = "[Service]\nExecStart=/bin/true\n[Install]\n"
        self.write("root/etc/systemd/system/a.service", install + "WantedBy=multi-user.target\nAlso=b.service\n")
        self.write("root/etc/systemd/system/b.service", install + "RequiredBy=a.service\n")
        self.write("root/etc/systemd/system/c@.service", install + "WantedBy=a.service\n")
        self.write("root/etc/systemd/system/d.service", install + "WantedBy=multi-user.target\n")
        self.write("root/etc/systemd/system/e.service", install + "UpheldBy=d.service\n")
        self.write("root/etc/systemd/system/e.service.d/10.conf", "[Install]\nWantedBy=a.service\n")
        self.write("root/etc/systemd/system-preset/20-ignition.preset",
                   "enable a.service\nenable c@.service one two\ndisable d.service\nenable e.service\n")
        self.write("root/etc/systemd/system-preset/99-default.preset", "disable *\n")
        done = subprocess.run([os.path.join(SCRIPTS, "boot-order"), "root", "?.service", "c@*.service"],
                              cwd=self.base, capture_output=True, text=True)
        ours = {
            (name, kind, puller)
            for name, unit in json.loads(done.stdout)["units"].items()
            for kind, pullers in unit["pulledBy"].items() for puller in pullers
        }
        self.run_tool("in-trixie", "--bind", "root/etc/systemd:/etc/systemd", "--", "systemctl", "preset", *[
            name for name in sorted(os.listdir(units)) if name.endswith(".service") and "@" not in name
        ], "c@one.service", "c@two.service")
        kinds = {"wants": "Wants", "requires": "Requires", "upholds": "Upholds"}
        systemds = {
            (name, kinds[folder.rpartition(".")[2]], folder.rpartition(".")[0])
            for folder in os.listdir(units) if folder.rpartition(".")[2] in kinds
            for name in os.listdir(os.path.join(units, folder))
        }
        self.assertEqual(ours, systemds)


if __name__ == "__main__":
    unittest.main()
