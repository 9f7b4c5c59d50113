"""A system without compilers: the files of some of this machine's Debian packages, and nothing
else, in a folder to chroot into.
"""

import os
import pathlib
import shutil
import subprocess

CHROOT = shutil.which("chroot", path="/usr/sbin:/usr/bin") or "chroot"
PYTHON = ("python3-minimal", "libpython3-stdlib")
BASICS = ("dash", "coreutils", "bash", "libc-bin")
LIBCURL = ("libcurl4",)
RUNTIME = ("libstdc++6", "libgcc-s1", "libsodium23")
HOST = ("libedit2", "libqrencode4")
NEVER = {"debconf", "dpkg", "perl-base", "tzdata", "media-types"}


def why_not():
    """Why there can be none; empty if there can."""
    if os.geteuid() != 0:
        return "chroot needs root"
    if shutil.which("dpkg-query") is None:
        return "this is no Debian"
    return ""


def closure(names):
    """With what they depend on, as far as it is installed here."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name in found or name in NEVER:
            continue
        shown = subprocess.run(
            ["dpkg-query", "-W", "-f", "${db:Status-Status}\t${Pre-Depends}, ${Depends}", name],
            capture_output=True, text=True, check=False)
        if shown.returncode != 0 or not shown.stdout.startswith("installed"):
            continue
        found.add(name)
        for choice in shown.stdout.split("\t", 1)[1].split(","):
            waiting += [part.split()[0].split(":")[0] for part in choice.split("|") if part.strip()]
    return found


def add(root, names):
    """Copies the files of the packages, and of those that they need."""
    root = pathlib.Path(root)
    for name in sorted(closure(names)):
        listed = subprocess.run(["dpkg-query", "-L", name], capture_output=True, text=True,
                                check=True).stdout
        for line in listed.splitlines():
            source = pathlib.Path(line)
            # /lib is a link to /usr/lib.
            target = root / str(source.parent.resolve() / source.name).lstrip("/")
            if "/share/doc/" in line or "/share/man/" in line or os.path.lexists(target):
                continue
            if source.is_symlink():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(os.readlink(source))
            elif source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)


def make(root, names):
    root = pathlib.Path(root)
    for folder in ("usr/bin", "usr/lib", "usr/lib64", "usr/sbin", "tmp", "etc", "dev", "root"):
        (root / folder).mkdir(parents=True)
    for folder in ("bin", "lib", "lib64", "sbin"):
        (root / folder).symlink_to(f"usr/{folder}")
    (root / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    add(root, names)
    subprocess.run(["ldconfig", "-r", str(root)], check=True, capture_output=True)
    # Some programs open it before anything else.
    (root / "dev" / "null").write_text("")
