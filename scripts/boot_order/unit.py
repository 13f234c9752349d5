"""One unit's text: systemd.syntax(7), systemd.unit(5), systemd.time(7)."""

import re

UNIT_SUFFIX = re.compile(r"\.(service|socket|target|timer|path|mount|automount|swap|slice|scope|device)$")
PULLING = ("Requires", "Requisite", "BindsTo", "Upholds", "Wants")
HARD = ("Requires", "Requisite", "BindsTo")
SPAN_UNITS = {
    "us": 1e-6, "usec": 1e-6, "ms": 1e-3, "msec": 1e-3, "": 1, "s": 1, "sec": 1, "second": 1, "seconds": 1, "m": 60,
    "min": 60, "minute": 60, "minutes": 60, "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600, "d": 86400,
    "day": 86400, "days": 86400, "w": 604800, "week": 604800, "weeks": 604800,
}


def seconds(text):
    """A systemd time span in seconds, or None for infinity and for what is no span."""
    parts = re.findall(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)", text)
    if not parts or re.sub(r"\s*[0-9]+(?:\.[0-9]+)?\s*[a-z]*", "", text).strip():
        return None
    total = 0
    for number, unit in parts:
        if unit not in SPAN_UNITS:
            return None
        total += float(number) * SPAN_UNITS[unit]
    return int(total) if total == int(total) else total


def assignments(text):
    """(section, key, value) of a unit file, in order: systemd.syntax(7)."""
    section, pending, result = "", "", []
    for raw in text.split("\n"):
        line = raw.strip()
        if pending and line[:1] in ("#", ";"):
            continue
        line = pending + line
        pending = ""
        if line.endswith("\\"):
            pending = line[:-1] + " "
            continue
        if not line or line[0] in "#;":
            continue
        if line[0] == "[" and line[-1] == "]":
            section = line[1:-1]
        elif "=" in line:
            key, value = line.split("=", 1)
            result.append((section, key.strip(), value.strip()))
    return result


class Unit:
    """What one unit's files say."""

    def __init__(self, name):
        self.name = name
        self.found = False
        self.masked = False
        self.aliases = set()
        self.after = set()
        self.before = set()
        self.pulls = {kind: set() for kind in PULLING}
        self.settings = {}
        self.install = {}
        self.triggers = set()
        self.enabled = False

    def setting(self, section, key, default=None):
        return self.settings.get((section, key), default)

    @property
    def default_dependencies(self):
        return self.setting("Unit", "DefaultDependencies", "yes").lower() not in ("no", "false", "0", "off", "n", "f")

    def expand(self, text):
        prefix = UNIT_SUFFIX.sub("", self.name)
        instance = prefix.partition("@")[2]
        values = {
            "n": self.name, "N": prefix, "p": prefix.partition("@")[0], "i": instance,
            "I": instance.replace("-", "/"), "%": "%",
        }
        return re.sub(r"%(.)", lambda match: values.get(match[1], match[0]), text)

    def add(self, text):
        for section, key, value in assignments(text):
            if section == "Unit" and key in ("After", "Before", "OnFailure", "OnSuccess", *PULLING):
                # An empty assignment does not reset dependencies: systemd.unit(5).
                words = [self.expand(word) for word in value.split()]
                if key == "After":
                    self.after.update(words)
                elif key == "Before":
                    self.before.update(words)
                elif key in PULLING:
                    self.pulls[key].update(words)
                else:
                    self.triggers.update(words)
            elif section == "Install":
                words = self.install.setdefault(key, [])
                if value:
                    words.extend(self.expand(word) for word in value.split())
                else:
                    words.clear()
            elif section in ("Timer", "Path", "Automount", "Socket") and key in ("Unit", "Service"):
                self.triggers.add(self.expand(value))
            elif value:
                self.settings[(section, key)] = value
            else:
                self.settings.pop((section, key), None)
