"""All units of a root, and what orders and pulls them."""

import fnmatch
import os
import re

from boot_order.special import HOST_SERVICES, SPECIAL
from boot_order.unit import PULLING, UNIT_SUFFIX, Unit

LINK_FOLDERS = {".wants": "Wants", ".requires": "Requires", ".upholds": "Upholds"}
INSTALL_KEYS = {"WantedBy": "Wants", "RequiredBy": "Requires", "UpheldBy": "Upholds"}


class Graph:
    """All units of a root, and what orders and pulls them."""

    def __init__(self, root, host_units):
        self.root = root
        self.host_units = host_units
        self.units = {}
        self.alias = {}
        self.errors = []
        self.load_units()
        self.apply_links()
        self.apply_presets()
        self.add_special()
        self.add_implicit()
        self.after = {}
        for name, unit in self.units.items():
            self.after.setdefault(name, set()).update(self.name_of(other) for other in unit.after)
            for other in unit.before:
                self.after.setdefault(self.name_of(other), set()).add(name)
        self.pulled = {
            name: {self.name_of(other) for other in set().union(*unit.pulls.values()) | unit.triggers}
            for name, unit in self.units.items()
        }

    def error(self, unit, kind, text):
        entry = {"unit": unit, "kind": kind, "text": text}
        if entry not in self.errors:
            self.errors.append(entry)

    def name_of(self, name):
        return self.alias.get(name, name)

    def is_host_unit(self, name):
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.host_units + HOST_SERVICES)

    def exists(self, name):
        name = self.name_of(name)
        unit = self.units.get(name)
        return bool(unit and unit.found) or name in SPECIAL or self.is_host_unit(name) or name.endswith(".slice")

    # Files

    def file_of(self, name):
        template = re.sub(r"@.+(\.[a-z]+)$", r"@\1", name)
        for wanted in dict.fromkeys((name, template)):
            for folder in self.root.unit_folders:
                path = os.path.join(folder, wanted)
                if os.path.lexists(path):
                    return path
        return None

    def load_units(self):
        for folder in self.root.unit_folders:
            for name in self.root.listing(folder):
                path = os.path.join(folder, name)
                if not UNIT_SUFFIX.search(name) or (os.path.isdir(path) and not os.path.islink(path)):
                    continue
                target = self.root.target_of(path)
                other = os.path.basename(target)
                if os.path.islink(path) and target != "/dev/null" and other != name and UNIT_SUFFIX.search(other):
                    self.alias.setdefault(name, other)
        for folder in self.root.unit_folders:
            for name in self.root.listing(folder):
                if UNIT_SUFFIX.search(name) and name not in self.alias and "@." not in name:
                    self.load(name)

    def load(self, name):
        name = self.name_of(name)
        if name in self.units:
            return self.units[name]
        unit = self.units[name] = Unit(name)
        unit.aliases = {alias for alias, target in self.alias.items() if target == name}
        path = self.file_of(name)
        if path and self.root.masks(path):
            unit.masked = True
            return unit
        if path:
            if not os.path.exists(self.root.target_of(path)):
                self.error(name, "link", f"{path} leads nowhere")
                return unit
            unit.found = True
            unit.add(self.root.read(path))
        for dropin in self.dropins_of({name, *unit.aliases}):
            unit.add(self.root.read(dropin))
        return unit

    def dropins_of(self, names):
        folders = []
        for name in sorted(names):
            stem, suffix = UNIT_SUFFIX.sub("", name), UNIT_SUFFIX.search(name)[0]
            folders.append(name + ".d")
            if "@" in stem:
                folders.append(stem.partition("@")[0] + "@" + suffix + ".d")
            parts = stem.partition("@")[0].split("-")
            folders += ["-".join(parts[:count]) + "-" + suffix + ".d" for count in range(len(parts) - 1, 0, -1)]
            folders.append(suffix[1:] + ".d")
        found = {}
        # The more specific folder wins over the more general one, whatever the load path: systemd.unit(5).
        for dropins in folders:
            for folder in self.root.unit_folders:
                for file in self.root.listing(os.path.join(folder, dropins)):
                    if file.endswith(".conf"):
                        found.setdefault(file, os.path.join(folder, dropins, file))
        return [path for _, path in sorted(found.items()) if not self.root.masks(path)]

    def apply_links(self):
        for folder in self.root.unit_folders:
            for entry in self.root.listing(folder):
                stem, dot, _ = entry.rpartition(".")
                kind = LINK_FOLDERS.get(entry[len(stem):]) if dot else None
                if not kind or not UNIT_SUFFIX.search(stem):
                    continue
                for name in self.root.listing(os.path.join(folder, entry)):
                    self.load(stem).pulls[kind].add(name)
                    self.load(name)

    # Presets and [Install]

    def presets(self):
        files = {}
        for folder in self.root.preset_folders:
            for file in self.root.listing(folder):
                if file.endswith(".preset"):
                    files.setdefault(file, os.path.join(folder, file))
        rules = []
        for _, path in sorted(files.items()):
            for line in self.root.read(path).split("\n"):
                words = line.split()
                if words and words[0] in ("enable", "disable") and len(words) > 1:
                    rules.append((words[0] == "enable", words[1], words[2:]))
        return rules

    def apply_presets(self):
        rules = self.presets()
        decided = {}
        for enable, pattern, instances in rules:
            if instances:
                names = [pattern.replace("@.", f"@{instance}.") for instance in instances]
            elif any(character in pattern for character in "*?["):
                names = fnmatch.filter(list(self.units), pattern)
            else:
                names = [pattern]
            for name in names:
                decided.setdefault(name, enable)
        for name, enable in decided.items():
            if enable:
                self.enable(name)

    def enable(self, name):
        name = self.name_of(name)
        unit = self.load(name)
        if unit.enabled:
            return
        unit.enabled = True
        if unit.masked:
            self.error(name, "enabled", "is enabled and masked")
            return
        if not unit.found:
            if not self.exists(name):
                self.error(name, "enabled", "is enabled, and there is no such unit")
            return
        if os.path.dirname(self.file_of(name)) == self.root.generated_folder:
            self.error(name, "enabled", "a generated unit cannot be enabled: its own [Install] does that")
            return
        if not any(unit.install.get(key) for key in (*INSTALL_KEYS, "Alias", "Also")):
            self.error(name, "enabled", "is enabled, and has no [Install] that says by whom")
        for key, kind in INSTALL_KEYS.items():
            for target in unit.install.get(key, []):
                self.load(target).pulls[kind].add(name)
        for alias in unit.install.get("Alias", []):
            self.alias[alias] = name
        for other in unit.install.get("Also", []):
            self.enable(other)

    # What systemd adds by itself

    def add_special(self):
        for name, (after, wants) in SPECIAL.items():
            unit = self.load(name)
            unit.after.update(after)
            unit.pulls["Wants"].update(wants)

    def add_implicit(self):
        for unit in list(self.units.values()):
            if unit.masked or not (unit.found or unit.name in SPECIAL):
                continue
            suffix = UNIT_SUFFIX.search(unit.name)[1]
            stem = UNIT_SUFFIX.sub("", unit.name)
            if suffix in ("timer", "path", "automount", "socket"):
                if not unit.triggers and suffix != "automount":
                    unit.triggers.add(f"{stem}.service")
                unit.before.update(unit.triggers)
            for name in [name for names in unit.pulls.values() for name in names]:
                self.load(name)
        for unit in list(self.units.values()):
            if unit.masked or not unit.found or not unit.default_dependencies:
                continue
            suffix = UNIT_SUFFIX.search(unit.name)[1]
            if suffix == "service":
                unit.after.update(("sysinit.target", "basic.target"))
            elif suffix in ("socket", "timer", "path"):
                unit.after.add("sysinit.target")
                unit.before.add(f"{suffix}s.target")
        # A target comes after what it pulls in, unless that says the opposite: systemd.target(5).
        for unit in list(self.units.values()):
            if not unit.name.endswith(".target") or not unit.default_dependencies:
                continue
            for name in set().union(*(unit.pulls[kind] for kind in ("Requires", "Requisite", "Wants", "BindsTo"))):
                other = self.units.get(self.name_of(name))
                if other and other.default_dependencies and not ({unit.name, *unit.aliases} & other.after):
                    unit.after.add(other.name)
