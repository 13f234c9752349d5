"""swtpm, spoken to with tpm2-tools."""
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import time

from cryptography.hazmat.primitives import serialization

from .byte_strings import counted

ECC_EK, RSA_EK, AK = "0x81010001", "0x81010005", "0x81010002"


class TPM:
    """A simulated TPM with two endorsement keys, an attestation key below the P-256 one, and TLS keys, all P-256."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        (self.folder / "state").mkdir()
        socket = self.folder / "sock"
        self.process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.folder}/state", "--server", f"type=unixio,path={socket}",
             "--ctrl", f"type=unixio,path={socket}.ctrl", "--flags", "not-need-init,startup-clear"], stderr=subprocess.DEVNULL)
        while not socket.exists():
            time.sleep(0.05)
        self.environment = dict(os.environ, TPM2TOOLS_TCTI=f"swtpm:path={socket}", TSS2_LOG="all+none")
        self.run("createek", "-c", ECC_EK, "-G", "ecc", "-u", "ek.pub")
        self.run("createek", "-c", RSA_EK, "-G", "rsa", "-u", "ek-rsa.pub")
        self.run("createak", "-C", ECC_EK, "-c", "ak.ctx", "-G", "ecc", "-g", "sha256", "-s", "ecdsa", "-u", "ak.pub",
                 "-n", "ak.name")
        self.run("evictcontrol", "-C", "o", "-c", "ak.ctx", AK)
        self.handles = {}

    def run(self, tool, *arguments, data=None):
        done = subprocess.run([f"tpm2_{tool}", *arguments], cwd=self.folder, env=self.environment, input=data,
                              capture_output=True, check=False)
        if done.returncode:
            raise SystemExit(f"tpm2_{tool} {arguments}: {done.stderr.decode()}")
        if tool not in ("flushcontext", "send"):
            self.run("flushcontext", "-t")  # without a resource manager there are three slots for objects
        return done.stdout

    def read(self, name):
        return (self.folder / name).read_bytes()

    def tls_key(self, name):
        """A P-256 signing key that never leaves the TPM; its TPM2B_PUBLIC and its public key."""
        self.run("createprimary", "-C", "o", "-G", "ecc", "-c", "srk.ctx")
        self.run("create", "-C", "srk.ctx", "-G", "ecc:ecdsa-sha256:null", "-u", f"{name}.pub", "-r", f"{name}.priv", "-a",
                 "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign|noda")
        self.run("load", "-C", "srk.ctx", "-u", f"{name}.pub", "-r", f"{name}.priv", "-c", f"{name}.ctx")
        handle = 0x81010010 + len(self.handles)
        self.run("evictcontrol", "-C", "o", "-c", f"{name}.ctx", hex(handle))
        self.handles[name] = handle
        self.run("readpublic", "-c", hex(handle), "-f", "pem", "-o", f"{name}.pem")
        return self.read(f"{name}.pub"), serialization.load_pem_public_key(self.read(f"{name}.pem"))

    def make_credential(self, secret):
        (self.folder / "secret").write_bytes(secret)
        self.run("makecredential", "-u", "ek.pub", "-s", "secret", "-n", self.read("ak.name").hex(), "-o", "cred")
        blob = self.read("cred")[8:]  # tpm2-tools puts a magic number and a version before it
        length = 2 + struct.unpack(">H", blob[:2])[0]
        return blob[:length], blob[length:]

    def activate(self, blob, encrypted, endorsement_key=ECC_EK):
        """What TPM2_ActivateCredential releases."""
        (self.folder / "cred").write_bytes(struct.pack(">II", 0xBADCC0DE, 1) + blob + encrypted)
        self.run("startauthsession", "--policy-session", "-S", "session")
        self.run("policysecret", "-S", "session", "-c", "e")
        self.run("activatecredential", "-c", AK, "-C", endorsement_key, "-i", "cred", "-o", "released", "-P", "session:session")
        self.run("flushcontext", "session")
        return self.read("released")

    def certify(self, name, qualifying_data):
        """TPM2_Certify with this qualifyingData, which tpm2_certify cannot be given: TPMS_ATTEST and TPMT_SIGNATURE."""
        password = struct.pack(">IHBH", 0x40000009, 0, 0, 0)
        body = struct.pack(">II", self.handles[name], int(AK, 16)) + struct.pack(">I", 2 * len(password)) + 2 * password
        body += counted(qualifying_data) + struct.pack(">H", 0x0010)
        command = struct.pack(">HII", 0x8002, 10 + len(body), 0x00000148) + body
        answer = self.run("send", data=command)
        tag, size, code = struct.unpack(">HII", answer[:10])
        assert code == 0 and size == len(answer), hex(code)
        parameters = answer[14:14 + struct.unpack(">I", answer[10:14])[0]]
        length = struct.unpack(">H", parameters[:2])[0]
        return parameters[2:2 + length], parameters[2 + length:]

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)
