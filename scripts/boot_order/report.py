"""The order among chosen units, and what is wrong with it."""

import fnmatch

from boot_order.ordering import cycles, reachable, start_order
from boot_order.special import SPECIAL
from boot_order.unit import HARD, seconds


class Report:
    """What boot-order prints."""

    def __init__(self, graph):
        self.graph = graph

    def choose(self, patterns, explicit):
        present = [name for name, unit in self.graph.units.items() if unit.found or name in SPECIAL]
        chosen = set()
        for pattern in patterns:
            if any(character in pattern for character in "*?["):
                chosen.update(fnmatch.filter(present, pattern))
            elif self.graph.name_of(pattern) in present:
                chosen.add(self.graph.name_of(pattern))
            elif explicit:
                self.graph.error(pattern, "absent", "is asked for, and there is no such unit")
        return chosen

    def of(self, chosen):
        for component in cycles(self.graph.after):
            self.graph.error(component[0], "cycle", "ordering cycle: " + " ".join(component))
        earlier = {name: reachable(name, self.graph.after) & chosen for name in chosen}
        pulled = reachable("multi-user.target", self.graph.pulled) | {"multi-user.target"}
        pullers = {name: {} for name in chosen}
        for name, unit in self.graph.units.items():
            for kind, others in [*unit.pulls.items(), ("Triggers", unit.triggers)]:
                for other in others:
                    if self.graph.name_of(other) in chosen and (name in pulled or unit.found):
                        pullers[self.graph.name_of(other)].setdefault(kind, set()).add(name)
        units = {}
        for name in sorted(chosen):
            through = set().union(*(earlier[other] for other in earlier[name] - {name}))
            units[name] = self.describe(name, earlier[name] - through - {name}, pullers[name], name in pulled)
            self.check(name, name in pulled)
        return {
            "order": start_order({name: earlier[name] - {name} for name in chosen}),
            "units": units,
            "errors": self.graph.errors,
        }

    def check(self, name, pulled):
        unit = self.graph.units[name]
        if name not in SPECIAL and not pulled:
            self.graph.error(name, "not-pulled", "nothing that leads to multi-user.target pulls it in")
        for key, others in [("After", unit.after), *unit.pulls.items()]:
            for other in sorted(others):
                known = self.graph.units.get(self.graph.name_of(other))
                if known and known.masked:
                    self.graph.error(name, "absent", f"{key}={other}: is masked")
                elif not self.graph.exists(other):
                    self.graph.error(name, "absent", f"{key}={other}: no such unit")

    def describe(self, name, after, pullers, pulled):
        unit = self.graph.units[name]
        rest = unit.setting
        interval = rest("Unit", "StartLimitIntervalSec", rest("Unit", "StartLimitInterval"))
        interval = interval or rest("Service", "StartLimitIntervalSec", rest("Service", "StartLimitInterval"))
        burst = rest("Unit", "StartLimitBurst", rest("Service", "StartLimitBurst"))
        described = {
            "after": sorted(after),
            "pulls": {kind: sorted(others) for kind, others in unit.pulls.items() if others},
            "pulledBy": {kind: sorted(others) for kind, others in sorted(pullers.items())},
            "pulledIntoMultiUser": pulled,
            "hasRequires": bool(unit.pulls["Requires"]),
            "requires": sorted(set().union(*(unit.pulls[kind] for kind in HARD))),
        }
        if name.endswith(".service"):
            described |= {
                "type": rest("Service", "Type", "simple"),
                "remainAfterExit": rest("Service", "RemainAfterExit", "no"),
                "restart": rest("Service", "Restart", "no"),
                "restartSec": seconds(rest("Service", "RestartSec", "100ms")),
                "timeoutStartSec": rest("Service", "TimeoutStartSec", rest("Service", "TimeoutSec")),
                "startLimit": {
                    "intervalSec": seconds(interval) if interval else None,
                    "burst": int(burst) if burst and burst.isdigit() else None,
                    "unlimited": (interval is not None and seconds(interval) == 0) or burst == "0",
                },
            }
        return described
