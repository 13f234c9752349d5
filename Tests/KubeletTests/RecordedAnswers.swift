/// What kubelets answer, in the form that Kubernetes documents and its handlers write; numbers and names are made up.
enum RecordedAnswers {
  static let healthy = """
    [+]ping ok
    [+]log ok
    [+]syncloop ok
    healthz check passed

    """

  static let unhealthy = """
    [+]ping ok
    [+]log ok
    [-]syncloop failed: reason withheld
    healthz check failed

    """

  static let pods = """
    {"kind":"PodList","apiVersion":"v1","metadata":{},"items":[
    {"metadata":{"name":"etcd-m1","namespace":"kube-system","uid":"4c1c"},"spec":{"containers":[{"name":"etcd"}]},
    "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}},
    {"metadata":{"name":"cilium-x","namespace":"kube-system"},"spec":{},"status":{"phase":"Running"}},
    {"metadata":{"name":"web-1","namespace":"default"},"spec":{},"status":{"phase":"Pending"}},
    {"metadata":{"name":"job-1","namespace":"default"},"spec":{},"status":{"phase":"Succeeded"}},
    {"metadata":{"name":"job-2","namespace":"default"},"spec":{},"status":{"phase":"Failed","reason":"Evicted"}},
    {"metadata":{"name":"new","namespace":"default"},"spec":{},"status":{}}]}
    """

  static let summary = """
    {"node":{"nodeName":"worker-1","systemContainers":[
    {"name":"kubelet","startTime":"2026-11-21T10:00:00Z","cpu":{"time":"2026-11-21T12:00:00Z","usageNanoCores":21000000,
    "usageCoreNanoSeconds":151000000000},"memory":{"usageBytes":83886080,"workingSetBytes":62914560}},
    {"name":"pods","cpu":{"usageNanoCores":300000000},
    "memory":{"availableBytes":3221225472,"workingSetBytes":1073741824}}],
    "startTime":"2026-11-21T09:59:00Z",
    "cpu":{"time":"2026-11-21T12:00:00Z","usageNanoCores":412345678,"usageCoreNanoSeconds":18446744073709551615},
    "memory":{"availableBytes":3000000000,"usageBytes":2000000000,"workingSetBytes":1100000000,"rssBytes":700000000,
    "pageFaults":5,"majorPageFaults":1},
    "network":{"name":"eth0","rxBytes":1,"interfaces":[{"name":"eth0"}]},
    "fs":{"availableBytes":40000000000,"capacityBytes":60000000000,"usedBytes":20000000000,"inodesFree":3000000,
    "inodes":4000000,"inodesUsed":1000000},
    "runtime":{"imageFs":{"availableBytes":40000000000,"capacityBytes":60000000000,"usedBytes":5000000000}},
    "rlimit":{"time":"2026-11-21T12:00:00Z","maxpid":4194304,"curproc":512}},
    "pods":[{"podRef":{"name":"etcd-m1","namespace":"kube-system","uid":"4c1c"},"containers":[{"name":"etcd"}]},
    {"podRef":{"name":"cilium-x","namespace":"kube-system","uid":"5d"},"containers":[{"name":"a"},{"name":"b"}]}]}
    """

  static let resources = """
    # HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the container in core-seconds
    # TYPE container_cpu_usage_seconds_total counter
    container_cpu_usage_seconds_total{container="etcd",namespace="kube-system",pod="etcd-m1"} 12.5 1763726400000
    # HELP node_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the node in core-seconds
    # TYPE node_cpu_usage_seconds_total counter
    node_cpu_usage_seconds_total 1234.5 1763726400000
    # TYPE node_memory_working_set_bytes gauge
    node_memory_working_set_bytes 1.1e+09 1763726400000
    # TYPE resource_scrape_error gauge
    resource_scrape_error 0

    """

  /// Every path of a kubelet that is well.
  static let well: [String: KubeletDouble.Reply] = [
    "/healthz": .answer(200, healthy), "/pods": .answer(200, pods), "/stats/summary": .answer(200, summary),
    "/metrics/resource": .answer(200, resources),
  ]
}
