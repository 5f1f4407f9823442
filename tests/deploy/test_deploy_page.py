"""docs/deploy.md, walked through on a fresh Debian: every command of the page, in its order, in a chroot.

The network is the machine's until everything is installed, then one of its own. systemd is stood in for by
`systemctl` beside this file, which runs what the units say; the certificate is signed by itself.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "deploy.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
INSTALLED = 2
"""Blocks that need the world's network: packages, and Earnest itself."""
DEBIAN = "http://deb.debian.org/debian"

CERTBOT = """#!/bin/sh
# Stands in for Let's Encrypt.
folder=/etc/letsencrypt/live/desk.example.org
mkdir -p $folder
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=desk.example.org \
  -keyout $folder/privkey.pem -out $folder/fullchain.pem 2>/dev/null
"""
WAIT = """
for _ in $(seq 300); do
  curl --silent --header 'Host: desk.example.org' http://127.0.0.1:8000/healthz/live >/dev/null && break
  sleep 0.5
done
for _ in $(seq 60); do
  curl --fail --silent --header 'Host: desk.example.org' --header 'X-Forwarded-Proto: https' \
    http://127.0.0.1:8000/healthz >/dev/null && break
  sleep 0.5
done
"""


def debian(folder: Path) -> Path:
    """A fresh Debian 12; EARNEST_TEST_DEBIAN names one that was made before and is copied."""
    root = folder / "debian"
    made = os.environ.get("EARNEST_TEST_DEBIAN", "")
    if made:
        subprocess.run(["cp", "-a", made, str(root)], check=True)
        return root
    if not shutil.which("debootstrap"):
        pytest.skip("debootstrap is not installed")
    words = ["debootstrap", "--variant=minbase", "bookworm", str(root), DEBIAN]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no Debian can be fetched here")
    return root


def prepare(root: Path) -> None:
    """What the page takes for granted: the source where `git clone` would put it, a name, a certificate."""
    source = root / "usr/src/earnest"
    source.mkdir(parents=True)
    for name in ("src", "deploy", "requirements", "pyproject.toml", "README.md", "LICENSE"):
        subprocess.run(["cp", "-a", str(ROOT / name), str(source)], check=True)
    for name, content in (
        ("usr/local/bin/git", "#!/bin/sh\nexit 0\n"),
        ("usr/local/bin/certbot", CERTBOT),
        ("usr/local/bin/systemctl", (ROOT / "tests/deploy/systemctl").read_text()),
        ("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n"),
    ):
        path = root / name
        path.write_text(content)
        path.chmod(0o755)
    (root / "root/.curlrc").write_text("insecure\n")
    with (root / "etc/hosts").open("a") as hosts:
        hosts.write("127.0.0.1 localhost desk.example.org\n")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    if authority := os.environ.get("PIP_CERT"):
        shutil.copy(authority, root / "etc/pip-ca.crt")
        (root / "etc/pip.conf").write_text("[global]\ncert = /etc/pip-ca.crt\n")


def script(blocks: list[str]) -> str:
    """Blocks as they stand, each said before it runs; after services are started they are waited for."""
    lines = ["set -eo pipefail", "export DEBIAN_FRONTEND=noninteractive", "cd /usr/src/earnest"]
    for number, block in enumerate(blocks):
        lines += [f"echo '== block {number}'", block]
        if re.search(r"systemctl (enable|start).*earnest\.service", block):
            lines.append(WAIT)
    return "\n".join(lines)


def run(root: Path, text: str, *, alone: bool) -> str:
    (root / "root/walk.sh").write_text(text)
    words = ["unshare", "--mount", "--pid", "--fork", "--kill-child", *(["--net"] if alone else [])]
    outside = (
        f"ip link set lo up 2>/dev/null; mount -t proc proc {root}/proc; mount --rbind /dev {root}/dev; "
    )
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    clean = f"/usr/bin/env -i HOME=/root PATH={path} LANG=C.UTF-8"
    words += ["bash", "-c", f"{outside} exec chroot {root} {clean} bash /root/walk.sh"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=3_000, check=False)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout + done.stderr


def test_every_command_of_the_page_is_in_a_block_that_is_run() -> None:
    assert len(BLOCKS) >= 10
    assert "git clone" in BLOCKS[INSTALLED - 1]
    assert not re.search(r"^```(?!sh\n|$)", PAGE, re.MULTILINE)


@pytest.mark.slow
def test_the_page_leads_from_a_clean_machine_to_a_desk(tmp_path: Path) -> None:
    if os.getuid() != 0 or not shutil.which("unshare"):
        pytest.skip("a chroot needs root")
    root = debian(tmp_path)
    prepare(root)
    run(root, script(BLOCKS[:INSTALLED]), alone=False)
    said = run(root, script(BLOCKS[INSTALLED:]), alone=True)
    for sign in (
        '{"live": true}',
        "https://desk.example.org/in/",
        "Whole: a backup of postgresql",
        "Put back: the backup of",
        "The chain is whole",
        "The tables are up to date",
        '"ready": true',
    ):
        assert sign in said, said[-4000:]
    subprocess.run(["rm", "-rf", "--one-file-system", str(root)], check=True)
