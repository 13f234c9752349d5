"""What a process costs, as the kernel has it, and the lines that say so."""
import os
import pathlib

TICKS = os.sysconf("SC_CLK_TCK")


class Memory:
    """smaps_rollup, in bytes. Source: Linux, Documentation/filesystems/proc.rst."""

    def __init__(self, pid):
        lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        values = {name: int(rest.split()[0]) * 1024 for name, rest in (line.split(":") for line in lines)}
        self.rss, self.pss, self.anonymous = values["Rss"], values["Pss"], values["Anonymous"]
        self.private_dirty = values["Private_Dirty"]


class Usage:
    """Time on processors, in seconds, page faults and threads. Source: proc_pid_stat(5)."""

    def __init__(self, pid):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        self.minor_faults, self.major_faults = int(fields[7]), int(fields[9])
        self.cpu = (int(fields[11]) + int(fields[12])) / TICKS
        self.threads = int(fields[17])


def mebibytes(count):
    return f"{count / 1048576:.2f} MiB"


class Report:
    """Lines as they come, goals at the end."""

    def __init__(self):
        self.goals = []

    def head(self, words):
        print(f"\n{words}", flush=True)

    def line(self, what, value, remark=""):
        print(f"  {what:<50}{value:>16}{f'   {remark}' if remark else ''}", flush=True)

    def goal(self, words, is_met):
        self.goals.append((words, bool(is_met)))

    def end(self):
        """The exit status."""
        print()
        for words, is_met in self.goals:
            print(f"goal, {words}: {'met' if is_met else 'MISSED'}")
        return 0 if all(is_met for _, is_met in self.goals) else 1
