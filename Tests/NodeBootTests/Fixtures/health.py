#!/usr/bin/env python3
"""An OpenBao of which only the health endpoint is there: health.py CERTIFICATE.pem STATUS-FILE. Prints its port; ends with its standard input.
Each answer has the status that the file holds then; `close` breaks the connection off, `hang` never answers."""
import http.server
import os
import ssl
import sys
import threading
import time


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(sys.argv[2], encoding="utf-8") as file:
            word = file.read().strip()
        if word == "hang":
            time.sleep(60)
        if word in ("hang", "close"):
            self.close_connection = True
            return
        body = b'{"initialized":false}'
        known = self.path == "/v1/sys/health"
        self.send_response(int(word) if known else 404)
        if word == "302":
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Health)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
os._exit(0)
