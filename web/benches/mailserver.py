"""A folder and a port come in, a Dovecot of one's own with an empty mailbox goes out, for measuring and for tests.

Mails are put into its Maildir as a mail server would. It needs root, to let the mailbox belong to nobody; where it
cannot run there is none.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

USER, PASSWORD = "fragen", "password-of-the-bench"
STARTED_WITHIN_S = 15.0
CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
listen = 127.0.0.1
protocols = imap
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
mail_max_userip_connections = 50
mailbox_idle_check_interval = {look_s} secs
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""
QUOTA = """
mail_plugins = quota
protocol imap {{
  mail_plugins = quota imap_quota
}}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage={quota_kb}K
}}
"""
Owner = tuple[int, int]
"""User and group that a mailbox belongs to."""


def installed() -> str | None:
    """The program, where it can run: it needs root, to let the mailbox belong to nobody."""
    return shutil.which("dovecot") if not os.geteuid() else None


def furnish(folder: Path, port: int, *, password: str, look_s: int = 30, quota_kb: int | None = None) -> Owner:
    """An empty mailbox in the folder, and `dovecot.conf` beside it. Returns to whom the mailbox belongs.

    `look_s`: how often the server itself looks for mails that were put into the Maildir by others.
    """
    nobody = pwd.getpwnam("nobody")
    owner = (nobody.pw_uid, nobody.pw_gid)
    folder.chmod(0o755)
    for part in ("mail", "mail/tmp", "mail/new", "mail/cur"):
        (folder / part).mkdir()
        os.chown(folder / part, *owner)
    text = CONFIGURATION.format(
        folder=folder, port=port, password=password, look_s=look_s, uid=owner[0], gid=owner[1]
    ) + (QUOTA.format(quota_kb=quota_kb) if quota_kb is not None else "")
    (folder / "dovecot.conf").write_text(text)
    return owner


def put(folder: Path, owner: Owner, name: str, raw: bytes) -> None:
    """A mail comes into the mailbox as a mail server would put it there."""
    draft = folder / "mail" / "tmp" / name
    draft.write_bytes(raw)
    os.chown(draft, *owner)
    draft.rename(folder / "mail" / "new" / name)


@dataclass
class MailServer:
    """One server and its one mailbox."""

    folder: Path
    port: int
    owner: Owner
    count: int = 0

    def deliver(self, raw: bytes) -> None:
        """Put a mail into the mailbox."""
        self.count += 1
        put(self.folder, self.owner, f"{time.time_ns()}.{self.count:06}.bench", raw)

    @property
    def password_file(self) -> Path:
        return self.folder / "password"


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer | None]:
    """The server, gone when the block is left."""
    program = installed()
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="officehours-bench-") as name:
        folder = Path(name)
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = int(found.getsockname()[1])
        server = MailServer(folder, port, furnish(folder, port, password=PASSWORD, look_s=1))
        server.password_file.write_text(PASSWORD)
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                [program, "-F", "-c", str(folder / "dovecot.conf")],
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            _wait_for(port)
            yield server
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + STARTED_WITHIN_S
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
            if line.recv(20).startswith(b"* OK"):
                return
        if time.monotonic() > deadline:
            raise TimeoutError("dovecot did not start")
        time.sleep(0.1)
