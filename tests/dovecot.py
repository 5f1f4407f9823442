"""A real Dovecot on loopback ports, with mailboxes of this test run alone."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PROGRAM = "/usr/sbin/dovecot"
TOKEN = "app-token-of-the-tests"

CONF = """
base_dir = {dir}/run
state_dir = {dir}/run
log_path = {dir}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
disable_plaintext_auth = no
auth_cache_size = 0
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
mail_location = maildir:{dir}/mail/%u
maildir_very_dirty_syncs = no
first_valid_uid = 1
mail_max_userip_connections = 50
passdb {{
  driver = static
  args = password={token}
  mechanisms = plain login
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {dir}/oauth2
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/mail/%u
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service imap {{
  service_count = 100
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
    return port


@dataclass
class Dovecot:
    """The server, until `stop`. Mail is dropped into a mailbox's Maildir, as a delivery program does it."""

    folder: Path
    introspect: str = "http://127.0.0.1:9/"

    def __post_init__(self) -> None:
        self.port, self.tls = _free(), _free()
        self._user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self.cert = self.folder / "cert.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", str(self.folder / "key.pem"), "-out", str(self.cert), "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
            check=True, capture_output=True,
        )  # fmt: skip
        (self.folder / "mail").mkdir()
        (self.folder / "oauth2").write_text(
            f"introspection_url = {self.introspect}?token=\nintrospection_mode = get\n"
            "active_attribute = active\nactive_value = true\nusername_attribute = username\n"
        )
        uid, gid = self._user.pw_uid, self._user.pw_gid
        conf = CONF.format(dir=self.folder, token=TOKEN, port=self.port, tls=self.tls, uid=uid, gid=gid)
        if os.getuid() != 0:
            conf += (
                f"default_internal_user = {self._user.pw_name}\ndefault_login_user = {self._user.pw_name}\n"
            )
        (self.folder / "dovecot.conf").write_text(conf)
        for one in (self.folder, *self.folder.parents):
            if one.stat().st_uid == os.getuid() and one != Path("/"):
                one.chmod(one.stat().st_mode | 0o011)
        os.chown(self.folder / "mail", uid, gid)
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [PROGRAM, "-F", "-c", str(self.folder / "dovecot.conf")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(1_200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        log = self.folder / "log"
        raise RuntimeError(log.read_text() if log.exists() else "Dovecot did not start")

    def mailbox(self, name: str) -> str:
        """A new mailbox with nothing in it; its name."""
        for part in ("", "cur", "new", "tmp"):
            one = self.folder / "mail" / name / part
            one.mkdir(exist_ok=True)
            os.chown(one, self._user.pw_uid, self._user.pw_gid)
        return name

    def deliver(self, name: str, mail: bytes, at: int | None = None) -> None:
        """Put a mail into a mailbox; they are numbered in the order of their file names."""
        self._count = getattr(self, "_count", 0) + 1
        box = self.folder / "mail" / name
        draft = box / "tmp" / f"{1_790_000_000 + self._count}.M{self._count}P1.tests"
        draft.write_bytes(mail)
        os.chown(draft, self._user.pw_uid, self._user.pw_gid)
        if at is not None:
            os.utime(draft, (at, at))
        draft.rename(box / "new" / draft.name)

    def renumber(self, name: str) -> None:
        """The folder's numbering begins anew, as after a move; everybody is signed out by it."""
        # a session that is just ending still writes the old numbering down
        self.stop()
        box = self.folder / "mail" / name
        for one in box.glob("dovecot*"):
            if one.is_dir():
                shutil.rmtree(one)
            else:
                one.unlink()
        self._start()

    def unread(self, name: str) -> int:
        """How many messages nobody has marked as read."""
        box = self.folder / "mail" / name
        return sum(1 for part in ("new", "cur") for one in (box / part).iterdir() if "S" not in one.name[-5:])

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
