#!/usr/bin/env python3
"""Answers like systemd's manager object, written from the D-Bus specification and org.freedesktop.systemd1(5).

systemd.py SOCKET [bus] [FAULT]   prints "ready", then a line for each method that is called; ends with its input
FAULT: silent | hang=MEMBER | close=MEMBER | garbage=MEMBER | denied=MEMBER | wrong=MEMBER | fewer | old | restart
"""
import os
import socket
import struct
import sys
import threading

PATH, IS_BUS = sys.argv[1], "bus" in sys.argv[2:]
FAULT = next((word for word in sys.argv[2:] if word != "bus"), "")
KIND, _, WHERE = FAULT.partition("=")
UNITS = {
    "kubelet.service": ("Kubelet", "loaded", "active", "running", 3, 7_000_000),
    "crio.service": ("CRI-O", "loaded", "activating", "auto-restart", 12, 9_000_000),
    "bad.service": ("A bad one", "loaded", "failed", "failed", 0, 8_000_000),
    "äö.mount": ("Umlaute \N{SNOWMAN}", "loaded", "failed", "failed", None, 5),
    "net.target": ("Network", "loaded", "active", "active", None, 0),
}
ALIASES = {"alias.service": "kubelet.service"}


def padded(data, size):
    return data + b"\0" * (-len(data) % size)


def string(data, text):
    raw = text.encode()
    return padded(data, 4) + struct.pack("<I", len(raw)) + raw + b"\0"


def signature(data, text):
    return data + bytes([len(text)]) + text.encode() + b"\0"


def object_path(name):
    return "/org/freedesktop/systemd1/unit/" + "".join(c if c.isascii() and c.isalnum() else "_%02x" % (ord(c) & 255) for c in name)


def unit_list(names):
    body = b""
    for name in names:
        about = UNITS.get(name, (name, "not-found", "inactive", "dead", None, 0))
        body = padded(body, 8)
        for text in (name, *about[:4], "", object_path(name)):
            body = string(body, text)
        body = padded(body, 4) + struct.pack("<I", 0)
        body = string(string(body, ""), "/")
    # The array's length leaves out the padding before its first element, which begins at 8.
    return struct.pack("<I", len(body)) + b"\0" * 4 + body, "a(ssssssouso)"


def variant(kind, value):
    body = signature(b"", kind)
    if kind == "s":
        return string(body, value), "v"
    if kind == "u":
        return padded(body, 4) + struct.pack("<I", value), "v"
    return padded(body, 8) + struct.pack("<Q", value), "v"


def arguments(kinds, body):
    values, at = [], 0
    def one(at):
        at += -at % 4
        size = struct.unpack_from("<I", body, at)[0]
        return body[at + 4 : at + 4 + size].decode(), at + 5 + size
    while kinds:
        if kinds.startswith("as"):
            at += -at % 4
            end = at + 4 + struct.unpack_from("<I", body, at)[0]
            at, listed = at + 4, []
            while at < end:
                text, at = one(at)
                listed.append(text)
            values.append(listed)
            kinds = kinds[2:]
        else:
            text, at = one(at)
            values.append(text)
            kinds = kinds[1:]
    return values


def answer(member, path, kinds, body):
    """The body and its signature; an error's name in the place of the body's kind begins with "org."."""
    if member == "Hello":
        return string(b"", ":1.7"), "s"
    given = arguments(kinds, body)
    if member == "ListUnitsByPatterns":
        assert given == [["failed"], []], given
        return unit_list([name for name, about in UNITS.items() if about[2] == "failed"])
    if member == "ListUnitsByNames":
        names = [ALIASES.get(name, name) for name in given[0]]
        return unit_list(names[:-1] if KIND == "fewer" else names)
    name = next((name for name in UNITS if object_path(name) == path), None)
    about = UNITS.get(name)
    what = given[1]
    if what == "Version":
        return variant("s", "257.4-1")
    if what == "SystemState":
        return variant("s", "degraded")
    if what == "StateChangeTimestampMonotonic":
        return variant("t", about[5])
    if what == "NRestarts" and KIND != "old":
        return variant("u", about[4])
    return string(b"", "Unknown interface or property " + what), "org.freedesktop.DBus.Error.UnknownProperty"


def message(kind, serial, fields, body):
    array = b""
    for code, what, value in fields:
        array = padded(array, 8) + bytes([code])
        array = signature(array, what)
        if what == "u":
            array = padded(array, 4) + struct.pack("<I", value)
        elif what == "g":
            array = signature(array, value)
        else:
            array = string(array, value)
    head = b"l" + bytes([kind, 1, 1]) + struct.pack("<III", len(body), serial, len(array)) + array
    return padded(head, 8) + body


def exactly(stream, size):
    data = b""
    while len(data) < size:
        part = stream.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def greet(stream):
    line = b""
    while True:
        byte = exactly(stream, 1)
        if byte == b"\0":
            continue
        line += byte
        if not line.endswith(b"\r\n"):
            continue
        words, line = line.decode().split(), b""
        if words[0] == "BEGIN":
            return
        if words[:2] == ["AUTH", "EXTERNAL"]:
            stream.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n" if len(words) > 2 else b"DATA\r\n")
        elif words[0] == "DATA":
            stream.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n")
        else:
            stream.sendall(b"AGREE_UNIX_FD\r\n" if words[0] == "NEGOTIATE_UNIX_FD" else b"ERROR\r\n")


def fields_of(data):
    fields, at = {}, 0
    while at < len(data):
        at += -at % 8
        code, size = data[at], data[at + 1]
        kind = data[at + 2 : at + 2 + size].decode()
        at += 3 + size
        if kind == "g":
            size = data[at]
            fields[code], at = data[at + 1 : at + 1 + size].decode(), at + 2 + size
        elif kind == "u":
            at += -at % 4
            fields[code], at = struct.unpack_from("<I", data, at)[0], at + 4
        else:
            at += -at % 4
            size = struct.unpack_from("<I", data, at)[0]
            fields[code], at = data[at + 4 : at + 4 + size].decode(), at + 5 + size
    return fields


def serve(stream):
    if KIND == "silent":
        threading.Event().wait()
    greet(stream)
    number = 0
    while True:
        head = exactly(stream, 16)
        size, serial, listed = struct.unpack("<III", head[4:])
        fields = fields_of(exactly(stream, listed))
        exactly(stream, -listed % 8)
        body = exactly(stream, size)
        member = fields[3]
        print(member, flush=True)
        number += 1
        if WHERE == member:
            if KIND == "hang":
                threading.Event().wait()
            if KIND == "close":
                return
            if KIND == "garbage":
                stream.sendall(os.urandom(4096))
                return
        answered, kind = answer(member, fields.get(1, ""), fields.get(8, ""), body)
        if WHERE == member and KIND == "denied":
            answered, kind = string(b"", "go away"), "org.freedesktop.DBus.Error.AccessDenied"
        if WHERE == member and KIND == "wrong":
            answered, kind = struct.pack("<I", 7), "u"
        number += 1
        if kind.startswith("org."):
            stream.sendall(message(3, number, [(5, "u", serial), (4, "s", kind), (8, "g", "s")], answered))
        else:
            stream.sendall(message(2, number, [(5, "u", serial), (8, "g", kind)], answered))
        # A bus that is started again hangs up on everybody.
        if KIND == "restart" and member == "ListUnitsByPatterns":
            return


def conversation(stream):
    try:
        serve(stream)
    except (EOFError, OSError):
        pass
    stream.close()


def end_with_input():
    """Whoever started it holds the other end: a signal may be blocked where a test runs, an end of file is not."""
    sys.stdin.read()
    os._exit(0)


def main():
    threading.Thread(target=end_with_input, daemon=True).start()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(PATH)
    listener.listen()
    print("ready", flush=True)
    while True:
        stream, _ = listener.accept()
        threading.Thread(target=conversation, args=(stream,), daemon=True).start()


main()
