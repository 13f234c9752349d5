"""A folder with authorities, settings and programs, of which nothing is left behind."""
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SERVER_NAMES = {"openbao": "openbao.platform.example", "operator": "operator.platform.example",
                "key-server": "key-server.vendor.example"}


class Failed(Exception):
    """The benchmark could not be run: a fast failure is no result."""


def run(*words, **more):
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)
    if result.returncode != 0:
        raise Failed(f"{' '.join(map(str, words[:4]))} ended with {result.returncode}: {result.stderr.strip()}")
    return result.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Place:
    """Used with `with`: whatever was started ends with it."""

    def __init__(self, in_memory=False):
        # A socket's path has at most 107 bytes.
        shm = "/dev/shm" if in_memory and pathlib.Path("/dev/shm").is_dir() else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ll-bench-", dir=shm))
        self.running = {}

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        return self

    def __exit__(self, *_):
        for process in self.running.values():
            process.kill()
        for process in self.running.values():
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def authority(self, name):
        """A self-signed issuer."""
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", 2, "-subj", f"/CN={name}",
            "-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.pem", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def certify(self, authority, name, host, more=""):
        """A server's certificate, which serves as a client's too."""
        run("openssl", "req", "-x509", "-CA", self.folder / f"{authority}.pem", "-CAkey", self.folder / f"{authority}.key", "-newkey", "ec",
            "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", 2, "-subj", f"/CN={name}", "-keyout", self.folder / f"{name}.key",
            "-out", self.folder / f"{name}.pem", "-addext", "basicConstraints=critical,CA:FALSE",
            "-addext", "keyUsage=critical,digitalSignature", "-addext", "extendedKeyUsage=serverAuth,clientAuth",
            "-addext", f"subjectAltName=DNS:{host}{more}")

    def start(self, name, *words, environment=None, **more):
        """Starts a program; the kernel ends it with this one, however this one ends."""
        with open(self.folder / f"{name}.log", "ab") as log:
            more.setdefault("stdout", log)
            more.setdefault("stdin", subprocess.DEVNULL)
            process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, words)], stderr=log, env=environment, **more)
        self.running[name] = process
        return process

    def end(self, name, how=signal.SIGKILL, limit=30):
        process = self.running.pop(name)
        process.send_signal(how)
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failed(f"{name} did not end within {limit} s") from None

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def wait(self, words, condition, limit=60):
        """Until the condition holds; programs' last words where it does not in time, or one has ended."""
        end = time.monotonic() + limit
        while not condition():
            gone = [name for name, process in self.running.items() if process.poll() is not None]
            if time.monotonic() < end and not gone:
                time.sleep(0.1)
                continue
            last = "\n".join(f"{path.stem}: {line}" for path in sorted(self.folder.glob("*.log"))
                             for line in path.read_text(errors="replace").splitlines()[-4:])
            raise Failed(f"{f'{gone[0]} has ended' if gone else f'not within {limit} s'}: {words}\n{last}")

    def key_server(self, program, organisation, seats):
        """The key server's double, which allows an organisation that many nodes; the lines that an operator finds it by."""
        port = free_port()
        self.authority("vendor")
        self.certify("vendor", "key-server", SERVER_NAMES["key-server"])
        self.authority("platform")
        self.certify("platform", "ll-operator", SERVER_NAMES["operator"])
        self.write("licensees/platform.pem", (self.folder / "platform.pem").read_text())
        entitlements = self.write("entitlements.conf", f"[Licensee]\nName=platform\nMode=platform\nOrganisation={organisation} {seats} {seats}\n"
                                                       "Lifetime=86400\nGrace=86400\n")
        self.start("key-server", program, "keyserver", "--listen", f"127.0.0.1:{port}", "--certificate", self.folder / "key-server.pem",
                   "--key", self.folder / "key-server.key", "--licensees", self.folder / "licensees", "--entitlements", entitlements)
        return (f"[KeyServer]\nAddress=127.0.0.1:{port}\nServerName={SERVER_NAMES['key-server']}\nAnchor={self.folder / 'vendor.pem'}\n"
                f"SigningKey={entitlements}.signing-key.pub\n")

    def operator_settings(self, name, organisation, port, others, rest):
        """An operator's settings file; `others` are lines of its own section."""
        (self.folder / "organisations").mkdir(exist_ok=True)
        return self.write(f"{name}.conf", f"[Operator]\nListen=127.0.0.1:{port}\nCertificate={self.folder / 'll-operator.pem'}\n"
                                          f"Key={self.folder / 'll-operator.key'}\nOrganisations={self.folder / 'organisations'}\n"
                                          f"State={self.folder / name}.json\nPinnedNames={organisation}\n{others}\n{rest}")
