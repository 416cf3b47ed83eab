"""Servers that messages go to: of mail and of a gateway; some take everything, some refuse, some
never answer.
"""

import itertools
import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "sentra", "sandi-surel-contoh"


@dataclass
class Mailbox:
    """A mail server's hands: keeps what it takes; answers recipients with `answer`."""

    answer: str = "250 OK"
    letters: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - the server's name for it
        self, server: Any, session: Any, envelope: Any, address: str, rcpt_options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer if self.answer.startswith("250") else f"{self.answer} {address}"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the server's name for it
        self.letters.append(
            message_from_bytes(envelope.content, EmailMessage, policy=policy.default)
        )
        return "250 taken"


@contextmanager
def mail_server(mailbox: Mailbox, **options: Any) -> Iterator[Mailbox]:
    """A real SMTP server on this machine."""
    mailbox.port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, **options)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def check_password(
    _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
) -> AuthResult:
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS for 127.0.0.1, and the certificate whoever trusts it must know."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=True,
                crl_sign=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return context, public


@dataclass
class Post:
    """What a gateway was sent."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        return json.loads(self.body)


@dataclass
class Provider:
    """A gateway: answers with `status`, and with `location` when it sends people elsewhere."""

    status: int = 202
    location: str = ""
    posts: list[Post] = field(default_factory=list)
    port: int = 0


@contextmanager
def gateway(provider: Provider) -> Iterator[Provider]:
    """A real web server on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            provider.posts.append(Post(self.path, dict(self.headers), body))
            self.send_response(provider.status)
            if provider.location:
                self.send_header("Location", provider.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that takes calls and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@contextmanager
def dripping_server(words: bytes = b"HTTP/1.1 200 ", pause: float = 0.1) -> Iterator[int]:
    """The port of a server that says a byte now and then, and goes on with the same for ever."""
    is_over = Event()

    def drip(line: socket.socket) -> None:
        with line, suppress(OSError):
            for byte in itertools.chain(words, itertools.repeat(ord("a"))):
                line.sendall(bytes([byte]))
                if is_over.wait(pause):
                    return

    def listen() -> None:
        with suppress(OSError):
            while True:
                Thread(target=drip, args=(listening.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            is_over.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def slow_mail_server(pause: float) -> Iterator[list[bytes]]:
    """A mail server that gives each answer after so many seconds, and what it has taken; its port
    is the first of it.
    """
    answers = {b"DATA": b"354 go on", b"QUIT": b"221 bye"}

    def talk(line: socket.socket) -> None:
        with line, line.makefile("rb") as heard, suppress(OSError):
            time.sleep(pause)
            line.sendall(b"220 slow\r\n")
            letter: list[bytes] | None = None
            for words in heard:
                if letter is None or words == b".\r\n":
                    if letter is not None:
                        taken.append(b"".join(letter))
                    letter = [] if letter is None and words[:4].upper() == b"DATA" else None
                    time.sleep(pause)
                    line.sendall(answers.get(words[:4].strip().upper(), b"250 taken") + b"\r\n")
                else:
                    letter.append(words)

    taken: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken.append(str(listening.getsockname()[1]).encode())
        Thread(target=lambda: talk(listening.accept()[0]), daemon=True).start()
        yield taken


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
