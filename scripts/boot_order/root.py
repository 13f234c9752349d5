"""A node root as a file tree."""

import os
import stat


class Root:
    """Files of a node root, with absolute links resolved inside it, and the generated units over it."""

    def __init__(self, root, generated):
        self.root = os.path.abspath(root)

        def inside(path):
            return os.path.join(self.root, path)

        self.generated_folder = generated or inside("run/systemd/generator")
        self.unit_folders = [
            inside("etc/systemd/system"), inside("run/systemd/system"), self.generated_folder,
            inside("usr/local/lib/systemd/system"), inside("usr/lib/systemd/system"),
        ]
        self.preset_folders = [
            inside(folder + "/systemd/system-preset") for folder in ("etc", "run", "usr/local/lib", "usr/lib")
        ]

    def target_of(self, link):
        """The path that a link leads to, looked up in the root and not on this machine."""
        for _ in range(40):
            if not os.path.islink(link):
                return link
            target = os.readlink(link)
            if target == "/dev/null":
                return target
            if target.startswith("/"):
                link = self.root + target
            else:
                link = os.path.normpath(os.path.join(os.path.dirname(link), target))
        return link

    @staticmethod
    def listing(folder):
        try:
            return sorted(os.listdir(folder))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def read(self, path):
        with open(self.target_of(path), encoding="utf-8") as file:
            return file.read()

    def masks(self, path):
        target = self.target_of(path)
        if target == "/dev/null":
            return True
        return os.path.exists(target) and stat.S_ISREG(os.stat(target).st_mode) and os.path.getsize(target) == 0
