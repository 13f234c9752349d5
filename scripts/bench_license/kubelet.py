"""A double of a kubelet that answers what an agent asks, as a node with some pods would: sizes and shapes are a kubelet's, the numbers made up."""
import http.server
import json
import ssl
import threading

PODS = 30


def pod(number):
    """A v1 Pod of some 9 KiB, which is what the managed fields make of one."""
    name = f"workload-{number}-7d9c5b6f4-x2x{number:02}"
    stamp = "2026-11-21T10:00:00Z"
    variables = [{"name": f"SETTING_{index}", "value": "v" * 24} for index in range(12)]
    mounts = [{"name": f"volume-{index}", "mountPath": f"/var/lib/workload/{index}", "readOnly": True} for index in range(4)]
    probe = {"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "timeoutSeconds": 1, "periodSeconds": 10, "failureThreshold": 3}
    container = {"name": "main", "image": "registry.example/team/workload:1.2.3", "env": variables, "volumeMounts": mounts, "livenessProbe": probe,
                 "readinessProbe": probe, "resources": {"limits": {"cpu": "1", "memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
                 "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent"}
    fields = {f"f:{key}": {".": {}, **{f"f:part-{index}": {} for index in range(24)}} for key in ("metadata", "spec", "status", "volumes", "env")}
    managed = [{"manager": manager, "operation": "Update", "apiVersion": "v1", "time": stamp, "fieldsType": "FieldsV1", "fieldsV1": fields}
               for manager in ("kube-controller-manager", "kubelet")]
    conditions = [{"type": kind, "status": "True", "lastProbeTime": None, "lastTransitionTime": stamp}
                  for kind in ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")]
    return {"metadata": {"name": name, "namespace": f"team-{number % 5}", "uid": f"{number:08x}-0000-4000-8000-000000000000", "resourceVersion": "123456",
                         "creationTimestamp": stamp, "labels": {"app": "workload", "pod-template-hash": "7d9c5b6f4"}, "managedFields": managed},
            "spec": {"containers": [container, {**container, "name": "beside"}], "restartPolicy": "Always", "nodeName": "worker-1",
                     "volumes": [{"name": f"volume-{index}", "configMap": {"name": f"configuration-{index}", "defaultMode": 420}} for index in range(4)]},
            "status": {"phase": "Running", "conditions": conditions, "hostIP": "10.0.0.1", "podIP": f"10.1.0.{number}", "startTime": stamp,
                       "containerStatuses": [{"name": kind, "state": {"running": {"startedAt": stamp}}, "ready": True, "restartCount": 0,
                                              "image": "registry.example/team/workload:1.2.3", "containerID": "cri-o://" + "a" * 64}
                                             for kind in ("main", "beside")], "qosClass": "Burstable"}}


def statistics(seed):
    stamp = "2026-11-21T12:00:00Z"
    return {"startTime": stamp, "cpu": {"time": stamp, "usageNanoCores": 1000003 * seed, "usageCoreNanoSeconds": 1510000000 * seed},
            "memory": {"time": stamp, "availableBytes": 3 << 30, "usageBytes": 83886080, "workingSetBytes": 62914560, "rssBytes": 52428800,
                       "pageFaults": 12345, "majorPageFaults": 3}}


def disk():
    return {"time": "2026-11-21T12:00:00Z", "availableBytes": 40 << 30, "capacityBytes": 60 << 30, "usedBytes": 20 << 30, "inodesFree": 3000000,
            "inodes": 4000000, "inodesUsed": 1000000}


def summary():
    node = {"nodeName": "worker-1", **statistics(9), "fs": disk(), "runtime": {"imageFs": disk()},
            "systemContainers": [{"name": name, **statistics(7)} for name in ("kubelet", "runtime", "pods")],
            "rlimit": {"time": "2026-11-21T12:00:00Z", "maxpid": 4194304, "curproc": 512}}
    pods = [{"podRef": {"name": f"workload-{number}", "namespace": f"team-{number % 5}", "uid": f"{number:08x}"}, **statistics(number),
             "containers": [{"name": name, **statistics(number), "rootfs": disk(), "logs": disk()} for name in ("main", "beside")],
             "volume": [{"name": f"volume-{index}", **disk()} for index in range(4)], "ephemeral-storage": disk()} for number in range(1, PODS + 1)]
    return {"node": node, "pods": pods}


def resources():
    lines = ["# TYPE node_cpu_usage_seconds_total counter", "node_cpu_usage_seconds_total 1234.5 1763726400000",
             "# TYPE node_memory_working_set_bytes gauge", "node_memory_working_set_bytes 1.1e+09 1763726400000"]
    for number in range(PODS):
        for container in ("main", "beside"):
            labels = f'{{container="{container}",namespace="team-{number % 5}",pod="workload-{number}"}}'
            lines += [f"container_cpu_usage_seconds_total{labels} 12.5 1763726400000",
                      f"container_memory_working_set_bytes{labels} 6.2e+07 1763726400000"]
    return "\n".join([*lines, "resource_scrape_error 0", ""])


class Kubelet:
    """Serves on a port of loopback, on threads of this process."""

    def __init__(self, certificate, key, clients):
        answers = {"/healthz?verbose": "[+]ping ok\n[+]log ok\n[+]syncloop ok\nhealthz check passed\n",
                   "/pods": json.dumps({"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [pod(number) for number in range(1, PODS + 1)]}),
                   "/stats/summary": json.dumps(summary()), "/metrics/resource": resources()}
        self.sizes = {path: len(text) for path, text in answers.items()}
        self.requests = 0
        self.connections = 0
        kubelet = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                kubelet.connections += 1

            def do_GET(self):
                kubelet.requests += 1
                body = answers.get(self.path, "").encode()
                self.send_response(200 if body else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.load_verify_locations(clients)
        # Asked for and not demanded, as a kubelet does: its look at the serving certificate shows none.
        context.verify_mode = ssl.CERT_OPTIONAL
        server = Server(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
