#!/usr/bin/env python3
"""Writes the boot lab's cluster: cluster.py OUT PINS.json [--mirror URL] [--example FILE] [--images DIR]

Made from clusters/example.yaml and images/, line by line, with nothing replaced but what a lab cannot have: image
references and downloads (by PINS.json, which `images` makes), where they are downloaded from, and disks. OUT gets
cluster.yaml and images/{master,worker}/image.yaml. URL serves the mirror folder that `images` makes, and below artifacts/
our own programs; by default it is the network's gateway, port 8080, over HTTP: every download is checked against its hash.
Exit: 0 written, 1 a pin or a line to be replaced is missing, 2 usage.
"""
import argparse
import json
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]


def cluster(text, mirror):
    gateway = re.search(r"^  gateway: (\S+)$", text, re.MULTILINE)
    if not gateway:
        raise KeyError("the cluster file names no gateway")
    mirror = mirror or f"http://{gateway.group(1)}:8080"
    text, count = re.subn(r"^artifacts: .*$", f"mirror: {mirror}", text, flags=re.MULTILINE)
    if count != 1:
        raise KeyError("the cluster file has no line 'artifacts:'")
    # Without this line a node keeps the layout as installed: Ignition's disks stage needs a real Fedora CoreOS disk.
    return re.sub(r"^    disk: .*\n", "", text, flags=re.MULTILINE)


def image(text, pins):
    lines, component, replaced = [], None, set()
    for line in text.splitlines():
        if found := re.match(r"  ([a-z][a-z-]*):$", line):
            component = found.group(1)
        elif line and not line.startswith((" ", "#")):
            component = None
        if component and (found := re.match(r"    (image|url|sha256|sha512): ", line)):
            if component not in pins or found.group(1) not in pins[component]:
                raise KeyError(f"there is no pin for {found.group(1)} of {component}")
            line = f"    {found.group(1)}: {pins[component][found.group(1)]}"
            replaced.add(component)
        lines.append(line)
    if not replaced:
        raise KeyError("the image file pins nothing")
    # The lab's disks are laid out before Ignition runs: there is nothing to unlock.
    text, count = re.subn(r"^(\s*)encryption: .*$", r"\1encryption: none", "\n".join(lines) + "\n", flags=re.MULTILINE)
    if count > 1:
        raise KeyError("the image file names encryption twice")
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("pins", type=pathlib.Path)
    parser.add_argument("--mirror")
    parser.add_argument("--example", type=pathlib.Path, default=TOP / "clusters/example.yaml")
    parser.add_argument("--images", type=pathlib.Path, default=TOP / "images")
    options = parser.parse_args()
    pins = json.loads(options.pins.read_text())
    files = {options.out / "cluster.yaml": cluster(options.example.read_text(), options.mirror)}
    for role in ("master", "worker"):
        files[options.out / f"images/{role}/image.yaml"] = image((options.images / role / "image.yaml").read_text(), pins)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    try:
        main()
    except KeyError as missing:
        sys.exit(f"cluster.py: {missing.args[0]}")
