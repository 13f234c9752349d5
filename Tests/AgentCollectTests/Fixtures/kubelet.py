#!/usr/bin/env python3
"""Listens with TLS where a kubelet would, for tests of the program; prints its port; notes every request; ends with its input."""
import http.server
import os
import ssl
import sys
import threading

ANSWERS = {
    "/healthz?verbose": (500, "[+]ping ok\n[-]syncloop failed: reason withheld\nhealthz check failed\n"),
    "/pods": (403, "Forbidden (user=u, verb=get, resource=nodes, subresource=proxy)"),
    "/stats/summary": (200, '{"node":{"nodeName":"worker-1"},"pods":[{"podRef":{}},{"podRef":{}}]}'),
    "/metrics/resource": (200, "node_cpu_usage_seconds_total 1.5 1\nnode_memory_working_set_bytes 2 1\nscrape_error 0\n"),
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        with open("requests", "a", encoding="utf-8") as notes:
            print(self.path, self.headers.get("Authorization", "-"), file=notes)
        status, text = ANSWERS.get(self.path, (404, ""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def end_with_input():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_input, daemon=True).start()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("tls.pem", "tls.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
