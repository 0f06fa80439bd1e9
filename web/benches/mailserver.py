"""A Dovecot with an empty mailbox on a free port of this machine, for measuring; None where there is none.

Mails are put into its Maildir as a mail server would. It needs root, to let the mailbox belong to nobody.
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
base_dir = {run}
state_dir = {run}
log_path = {folder}/log
listen = 127.0.0.1
protocols = imap
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
mail_max_userip_connections = 50
mailbox_idle_check_interval = 1 secs
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


@dataclass
class MailServer:
    """One server and its one mailbox."""

    folder: Path
    port: int
    owner: tuple[int, int]
    count: int = 0

    def deliver(self, raw: bytes) -> None:
        """Put a mail into the mailbox."""
        self.count += 1
        name = f"{time.time_ns()}.{self.count:06}.bench"
        draft = self.folder / "mail" / "tmp" / name
        draft.write_bytes(raw)
        os.chown(draft, *self.owner)
        draft.rename(self.folder / "mail" / "new" / name)

    @property
    def password_file(self) -> Path:
        return self.folder / "password"


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer | None]:
    """The server, gone when the block is left."""
    program = shutil.which("dovecot")
    if program is None or os.geteuid():
        yield None
        return
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(prefix="officehours-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = int(found.getsockname()[1])
        server = MailServer(folder, port, (nobody.pw_uid, nobody.pw_gid))
        server.password_file.write_text(PASSWORD)
        for part in ("mail", "mail/tmp", "mail/new", "mail/cur"):
            (folder / part).mkdir()
            os.chown(folder / part, *server.owner)
        configuration = folder / "dovecot.conf"
        configuration.write_text(
            CONFIGURATION.format(
                folder=folder, run=folder / "run", port=port, password=PASSWORD, uid=nobody.pw_uid, gid=nobody.pw_gid
            )
        )
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                [program, "-F", "-c", str(configuration)], stdout=output, stderr=output, start_new_session=True
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
