"""A mailbox on this machine: enough of IMAP4rev1 for who takes mails out of it, over real sockets,
some of it broken on wish.
"""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar

USER, PASSWORD = "terima", 'sandi "surat" contoh'
RECEIVED = "23-Nov-2026 08:30:00 +0800"


@dataclass
class Kept:
    """A mail in the box."""

    data: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class Box:
    """Folders with their mails by number, and how the server behaves."""

    folders: dict[str, dict[int, Kept]] = field(
        default_factory=lambda: {"INBOX": {}, "Selesai": {}}
    )
    can_move: bool = True
    refuse: str = ""
    """A command that is answered with NO."""
    hang_up_at: str = ""
    """A command at which the line is cut."""
    port: int = 0
    commands: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    _last: int = 0

    def put(self, data: bytes, folder: str = "INBOX") -> int:
        self._last += 1
        self.folders[folder][self._last] = Kept(data)
        return self._last

    def unseen(self) -> list[int]:
        return [
            uid
            for uid, kept in self.folders["INBOX"].items()
            if not kept.flags & {"\\Seen", "\\Deleted"}
        ]


class _Talk(socketserver.StreamRequestHandler):
    box: ClassVar[Box]

    def handle(self) -> None:
        box = self.box
        if box.tls is not None:
            try:
                self.request = box.tls.wrap_socket(self.request, server_side=True)
            except OSError:  # who called does not trust us
                return
            self.rfile, self.wfile = (
                self.request.makefile("rb"),
                self.request.makefile("wb", buffering=0),
            )
        self.chosen = "INBOX"
        self.say("* OK siap")
        while line := self.rfile.readline():
            tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
            words = rest.split(" ")
            name = (" ".join(words[:2]) if words[0].upper() == "UID" else words[0]).upper()
            box.commands.append(name)
            if box.hang_up_at == name:
                return
            if box.refuse == name:
                self.say(f"{tag} NO tidak")
                continue
            answer = getattr(self, "on_" + name.lower().replace(" ", "_"), None)
            done = answer(rest) if answer else "BAD"
            self.say(f"{tag} {done} jawaban")
            if name == "LOGOUT":
                return

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def on_capability(self, _rest: str) -> str:
        self.say("* CAPABILITY IMAP4rev1 UIDPLUS" + (" MOVE" if self.box.can_move else ""))
        return "OK"

    def on_login(self, rest: str) -> str:
        _, user, password = rest.split(" ", 2)
        given = re.sub(r"\\(.)", r"\1", password.strip()[1:-1])
        return "OK" if (user.strip('"'), given) == (USER, PASSWORD) else "NO salah"

    def on_select(self, rest: str) -> str:
        self.chosen = rest.split(" ", 1)[1].strip('"')
        if self.chosen not in self.box.folders:
            return "NO tidak ada"
        self.say(f"* {len(self.box.folders[self.chosen])} EXISTS")
        return "OK [READ-WRITE]"

    def on_uid_search(self, _rest: str) -> str:
        self.say("* SEARCH " + " ".join(map(str, self.box.unseen())))
        return "OK"

    def on_uid_fetch(self, rest: str) -> str:
        uid = int(rest.split(" ")[2])
        kept = self.box.folders[self.chosen].get(uid)
        if kept is None:
            return "OK"
        if "SIZE" in rest:
            self.say(
                f'* 1 FETCH (UID {uid} RFC822.SIZE {len(kept.data)} INTERNALDATE "{RECEIVED}")'
            )
            return "OK"
        limit = re.search(r"<0\.(\d+)>", rest)
        assert limit, "a mail is never asked for without an end"
        assert "PEEK" in rest, "reading does not mark as seen"
        data = kept.data[: int(limit[1])]
        self.wfile.write(
            f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(data)}}}\r\n".encode() + data + b")\r\n"
        )
        return "OK"

    def on_uid_store(self, rest: str) -> str:
        _, _, uid, _, flags = rest.split(" ", 4)
        self.box.folders[self.chosen][int(uid)].flags |= set(flags.strip("()").split())
        return "OK"

    def on_uid_copy(self, rest: str) -> str:
        _, _, uid, folder = rest.split(" ", 3)
        if folder.strip('"') not in self.box.folders:
            return "NO [TRYCREATE]"
        self.box.folders[folder.strip('"')][int(uid)] = self.box.folders[self.chosen][int(uid)]
        return "OK"

    def on_uid_move(self, rest: str) -> str:
        done = self.on_uid_copy(rest)
        if done == "OK":
            del self.box.folders[self.chosen][int(rest.split(" ")[2])]
        return done

    def on_uid_expunge(self, rest: str) -> str:
        del self.box.folders[self.chosen][int(rest.split(" ")[2])]
        return "OK"

    def on_logout(self, _rest: str) -> str:
        self.say("* BYE")
        return "OK"


@contextmanager
def imap_server(box: Box) -> Iterator[Box]:
    """A real server on this machine."""
    handler = type("Talk", (_Talk,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", box.port), handler) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
