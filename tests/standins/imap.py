"""A few words of IMAP on a free port, for everyday tests: one folder, whose mails and numbering a test changes.

It says what Dovecot says to what we ask.
"""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

RANGE = re.compile(r"UID FETCH (\S+) \((.*)\)")


@dataclass
class Folder:
    """What the server holds: mails by number. `waiting` is set once somebody waits for news (IDLE).

    `hasty`: it has news at once and tells them in the breath in which it agrees to tell them.
    """

    port: int = 0
    password: str = "right"
    validity: int = 1
    mails: dict[int, bytes] = field(default_factory=dict)
    capabilities: str = "IMAP4rev1 IDLE QUOTA"
    hasty: bool = False
    waiting: threading.Event = field(default_factory=threading.Event)
    news: threading.Event = field(default_factory=threading.Event)
    commands: list[str] = field(default_factory=list)


class Conversation(socketserver.StreamRequestHandler):
    """One line of one client."""

    folder: Folder

    def handle(self) -> None:
        self.say(b"* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            self.folder.commands.append(command)
            if command == "LOGOUT":
                return
            answer = self.answer(command)
            self.say(f"{tag} {answer}".encode())

    def say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def answer(self, command: str) -> str:
        folder = self.folder
        if command == "CAPABILITY":
            self.say(f"* CAPABILITY {folder.capabilities}".encode())
        elif command.startswith("LOGIN") and folder.password not in command:
            return "NO [AUTHENTICATIONFAILED] Authentication failed."
        elif command.startswith(("EXAMINE", "SELECT")):
            self.say(f"* {len(folder.mails)} EXISTS".encode())
        elif command.startswith("STATUS"):
            self.say(f'* STATUS "INBOX" (UIDVALIDITY {folder.validity})'.encode())
        elif command.startswith("GETQUOTAROOT"):
            self.say(b'* QUOTAROOT "INBOX" "User quota"')
            self.say(b'* QUOTA "User quota" (STORAGE 95 100)')
        elif found := RANGE.match(command):
            self.fetch(found[1], found[2])
        elif command == "IDLE":
            self.idle()
        return "OK done"

    def fetch(self, wanted: str, what: str) -> None:
        mails = self.folder.mails
        if wanted.endswith(":*"):
            start = int(wanted[:-2])
            uids = [uid for uid in mails if uid >= start] or [max(mails, default=0)]
        else:
            uids = [int(uid) for uid in wanted.split(",")]
        for number, uid in enumerate(sorted(mails), start=1):
            if uid not in uids:
                continue
            if "SIZE" in what:
                self.say(f"* {number} FETCH (UID {uid} RFC822.SIZE {len(mails[uid])})".encode())
            else:
                part = mails[uid][: int(what.split("<0.")[1][:-1])] if "<0." in what else mails[uid]
                self.say(f"* {number} FETCH (UID {uid} BODY[] {{{len(part)}}}".encode() + b"\r\n" + part + b")")

    def idle(self) -> None:
        if self.folder.hasty:
            self.folder.waiting.set()
            self.say(b"+ idling\r\n* 9 EXISTS")
        else:
            self.say(b"+ idling")
            self.folder.waiting.set()
            self.tell()
        self.rfile.readline()  # DONE

    def tell(self) -> None:
        if self.folder.news.wait(30):
            self.folder.news.clear()
            self.say(b"* 9 EXISTS")


@contextmanager
def imap() -> Iterator[Folder]:
    """An empty folder, gone when the block is left."""
    folder = Folder()
    conversation = type("Conversation", (Conversation,), {"folder": folder})

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), conversation) as server:
        folder.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield folder
        finally:
            server.shutdown()
            thread.join()
