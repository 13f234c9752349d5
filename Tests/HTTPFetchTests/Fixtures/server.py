"""A web server with faults, for the tests of HTTPFetch. Its behaviour is in the path; `?id=` keeps tests apart.

Prints its port on one line, and ends when its standard input does.
"""

import hashlib
import http.server
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse


def content(size, salt=7):
    """Bytes that the tests can make themselves: byte i is (31 i + salt) mod 251."""
    return bytes((31 * i + salt) % 251 for i in range(size))


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def descriptor(data, media_type, **more):
    return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}


OCI = "application/vnd.oci.image."
DOCKER = "application/vnd.docker."


class Image:
    """A made-up image with an index, one of the faults that the tests look for, and everything by digest."""

    def __init__(self, fault, docker=False):
        self.manifests, self.blobs, self.types = {}, {}, {}
        manifest_type = DOCKER + "distribution.manifest.v2+json" if docker else OCI + "manifest.v1+json"
        index_type = DOCKER + "distribution.manifest.list.v2+json" if docker else OCI + "index.v1+json"
        layer_type = DOCKER + "image.rootfs.diff.tar.gzip" if docker else OCI + "layer.v1.tar+gzip"
        entries = []
        shared = content(3000, 1)
        self.platforms = {}
        for architecture, salt in (("arm64", 2), ("amd64", 3)):
            claimed = "riscv64" if fault == "platform" else architecture
            config = json.dumps({"architecture": claimed, "os": "linux", "rootfs": {}}).encode()
            layer = content(70000, salt)
            layers = [descriptor(shared, layer_type), descriptor(layer, layer_type), descriptor(shared, layer_type)]
            if fault == "foreign":
                absent = content(10, 99)
                layers.append(descriptor(absent, OCI + "layer.nondistributable.v1.tar+gzip", urls=["/content/10"]))
            if fault == "size":
                layers[1]["size"] += 1
            if fault == "digest":
                layers[1]["digest"] = "sha256:../../../../etc/passwd"
            document = {"schemaVersion": 2, "config": descriptor(config, OCI + "config.v1+json"), "layers": layers}
            if docker:
                document["mediaType"] = manifest_type
            if fault == "both":
                document["manifests"] = []
            if fault == "schema1":
                document["schemaVersion"] = 1
            manifest = json.dumps(document).encode()
            self.add_manifest(manifest, manifest_type)
            for blob in (config, shared, layer):
                self.blobs[digest(blob)] = blob[:-1] + b"x" if fault == "blob" and blob is layer else blob
            self.platforms[architecture] = digest(manifest)
            entries.append(
                descriptor(manifest, manifest_type, platform={"os": "linux", "architecture": architecture}))
        document = {"schemaVersion": 2, "manifests": entries}
        if docker:
            document["mediaType"] = index_type
        index = json.dumps(document).encode()
        self.add_manifest(index, index_type)
        self.index = digest(index)

    def add_manifest(self, data, media_type):
        self.manifests[digest(data)] = data
        self.types[digest(data)] = media_type


IMAGES = {f"{fault}/app": Image(fault) for fault in
          ("open", "team", "blob", "foreign", "size", "digest", "both", "schema1", "platform", "basic", "expiring")}
IMAGES["docker/app"] = Image("docker", docker=True)
TOKENS = {}
COUNTS = {}
LOG = {}
LOCK = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def ranged(self, data, etag='"v1"'):
        wanted = self.headers.get("Range")
        condition = self.headers.get("If-Range")
        if not wanted or (condition and condition != etag):
            return self.answer(200, data, ETag=etag)
        start = int(wanted.removeprefix("bytes=").split("-")[0])
        if start >= len(data):
            return self.answer(416, Content_Range=f"bytes */{len(data)}")
        self.answer(206, data[start:], ETag=etag, Content_Range=f"bytes {start}-{len(data) - 1}/{len(data)}")

    def cut(self, data, sent, etag='"v1"'):
        """Promises all of `data`, sends `sent` bytes of it and hangs up."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(data[:sent])
        self.wfile.flush()
        self.close_connection = True

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def do_GET(self):
        # A proxy is asked with the whole address.
        parts = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(parts.query))
        key = query.get("id", "")
        words = parts.path.strip("/").split("/")
        if words[0] == "log":
            return self.answer(200, json.dumps(LOG.get(key, [])).encode())
        with LOCK:
            LOG.setdefault(key, []).append(
                {"path": parts.path, "range": self.headers.get("Range", ""), "ifRange": self.headers.get("If-Range", ""),
                 "host": self.headers.get("Host", "")})
            count = COUNTS[parts.path, key] = COUNTS.get((parts.path, key), 0) + 1
        if words[0] == "v2":
            return self.registry(words[1:], parts.path)
        getattr(self, "get_" + words[0].replace("-", "_"))(words[1:], query, count)

    def get_content(self, words, query, count):
        self.ranged(content(int(words[0])))

    def get_digest(self, words, query, count):
        self.answer(200, hashlib.new(words[0], content(int(words[1]))).hexdigest().encode())

    def get_norange(self, words, query, count):
        self.answer(200, content(int(words[0])))

    def get_chunked(self, words, query, count):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        data = content(int(words[0]))
        for start in range(0, len(data), 1000):
            part = data[start:start + 1000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def get_truncated(self, words, query, count):
        data = content(int(words[0]))
        if count == 1:
            return self.cut(data, int(words[1]))
        self.ranged(data)

    def get_cutoff(self, words, query, count):
        self.cut(content(int(words[0])), int(words[1]))

    def get_errorpage(self, words, query, count):
        self.answer(int(words[0]), b"an error, at length " * (int(words[1]) // 20))

    def get_changed(self, words, query, count):
        if count == 1:
            return self.cut(content(int(words[0]), 99), int(words[1]), '"old"')
        self.ranged(content(int(words[0])), '"new"')

    def get_flaky(self, words, query, count):
        times, code, size = map(int, words)
        if count <= times:
            return self.answer(code, b"not now")
        self.ranged(content(size))

    def get_later(self, words, query, count):
        if count == 1:
            return self.answer(429, b"slow down", Retry_After=words[0])
        self.ranged(content(10))

    def get_reset(self, words, query, count):
        if count <= int(words[0]):
            return self.reset()
        self.ranged(content(int(words[1])))

    def get_wrongrange(self, words, query, count):
        data = content(int(words[0]))
        if self.headers.get("Range"):
            return self.answer(206, data[1:], Content_Range=f"bytes 1-{len(data) - 1}/{len(data)}")
        self.answer(200, data)

    def get_unsatisfiable(self, words, query, count):
        if self.headers.get("Range"):
            return self.answer(416, Content_Range="bytes */1")
        self.answer(200, content(int(words[0])))

    def get_status(self, words, query, count):
        self.answer(int(words[0]), b"the server's own words\nabout it")

    def get_loop(self, words, query, count):
        self.answer(302, Location=self.path)

    def get_redirect(self, words, query, count):
        self.answer(302, b"elsewhere", Location=query["to"])

    def get_stall(self, words, query, count):
        self.send_response(200)
        self.send_header("Content-Length", "10")
        self.end_headers()
        self.wfile.write(b"abc")
        self.wfile.flush()
        time.sleep(30)
        self.close_connection = True

    def get_echo(self, words, query, count):
        self.answer(200, json.dumps({name.lower(): value for name, value in self.headers.items()}).encode())

    def get_healthz(self, words, query, count):
        ready = self.headers.get("brief") == "true" and count > int(words[0])
        self.answer(200 if ready else 503)

    def get_token(self, words, query, count):
        repository = query["scope"].split(":")[1]
        token = f"token {repository} {count}"
        TOKENS[repository] = token
        self.answer(200, json.dumps({"token": token} if count % 2 else {"access_token": token}).encode())

    def get_images(self, words, query, count):
        listing = {name: {"index": image.index, **image.platforms} for name, image in IMAGES.items()}
        self.answer(200, json.dumps(listing).encode())

    def get_cdn(self, words, query, count):
        # As object stores do: a signed address and an Authorization of somebody else's are one too many.
        if self.headers.get("Authorization"):
            return self.answer(400, b"two ways of signing in")
        self.ranged(IMAGES["/".join(words[:2])].blobs[words[2]])

    def registry(self, words, path):
        name, kind, wanted = "/".join(words[:-2]), words[-2], words[-1]
        image = IMAGES[name]
        address = self.headers["Host"]
        given = self.headers.get("Authorization", "")
        if name == "basic/app":
            return self.answer(401, WWW_Authenticate='Basic realm="here"')
        if name in ("team/app", "expiring/app"):
            if not given or given != "Bearer " + TOKENS.get(name, "?"):
                challenge = f'Bearer realm="http://{address}/token",service="a, \\"service\\"",scope="repository:{name}:pull"'
                return self.answer(401, b'{"errors":[{"code":"UNAUTHORIZED"}]}', WWW_Authenticate=challenge)
            if name == "expiring/app" and kind == "manifests":
                TOKENS[name] = "expired"
        if kind == "manifests" and wanted in image.manifests:
            accepted = [text.strip() for text in self.headers.get("Accept", "").split(",")]
            if image.types[wanted] not in accepted:
                return self.answer(404, b"a type that was not asked for")
            return self.answer(200, image.manifests[wanted], Content_Type=image.types[wanted])
        if kind == "blobs" and wanted in image.blobs:
            if name == "team/app":
                elsewhere = address.replace("127.0.0.1", "localhost")
                return self.answer(307, Location=f"http://{elsewhere}/cdn/{name}/{wanted}")
            return self.ranged(image.blobs[wanted])
        self.answer(404, b'{"errors":[{"code":"BLOB_UNKNOWN"}]}')


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
os._exit(0)
