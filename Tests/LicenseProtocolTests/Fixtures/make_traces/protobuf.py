"""Messages of proto/ in text format, and protoc, which encodes them."""
import json
import pathlib
import subprocess

PROTO = pathlib.Path(__file__).resolve().parents[4] / "proto"


class Word(str):
    """An enum's name or a number: written without quotes."""


class Printed(bytes):
    """Bytes that a person can read: written as they are, between single quotes, because most of them are JSON."""


def readable(data):
    return "".join("\\n" if byte == 10 else "\\" + chr(byte) if byte in b"'\\" else chr(byte) if 32 <= byte < 127
                   else f"\\{byte:03o}" for byte in data)


def text(fields):
    """A message in protobuf's text format, of a dict (repeated fields are lists, map fields lists of key and value)."""
    lines = []
    for name, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, bool):
                lines.append(f"{name}: {'true' if item else 'false'}")
            elif isinstance(item, (int, Word)):
                lines.append(f"{name}: {item}")
            elif isinstance(item, Printed):
                lines.append(f"{name}: '{readable(item)}'")
            elif isinstance(item, bytes):
                lines.append(f'{name}: "{"".join(f"{chr(92)}x{byte:02x}" for byte in item)}"')
            elif isinstance(item, str):
                lines.append(f"{name}: {json.dumps(item)}")
            else:
                inner = "\n".join("  " + line for line in text(item).splitlines())
                lines.append(f"{name} {{\n{inner}\n}}" if inner else f"{name} {{}}")
    return "\n".join(lines)


def encode(message, body):
    package = message.rsplit(".", 1)[0]
    file = package.replace(".", "/") + "/" + package.split(".")[1] + ".proto"
    done = subprocess.run(["protoc", "-I", PROTO, f"--encode={message}", "--deterministic_output", file],
                          input=body.encode(), capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"{done.stderr.decode()}\n{body}")
    return done.stdout
