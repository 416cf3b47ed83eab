"""How a message leaves the house: by a mail server, or by the gateway of an SMS or WhatsApp
provider.

Each takes a parcel or raises `NotDelivered` (another try may help) or `Undeliverable`. What a
server answers is never passed on, for it may repeat the address: only its code is.
"""

import hashlib
import hmac
import json
import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Thread
from typing import Literal, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from workflow_app.domain import NotDelivered, Undeliverable

BUSY = frozenset({408, 425, 429})
"""Answers of a gateway that ask for patience; so does everything from 500 on."""
HELLO = 220
"""How a mail server takes a call."""
WHOLE, WHOLE_OF_MAIL = 4.0, 12.0
"""So many times as long as for one answer is waited for the whole conversation. Else a server that
says a byte now and then would hold the line, and all that waits behind it, for ever. One with a
mail server has eleven answers at most: who gives each in time is never cut off when he has the
letter, for he would be given it again at each further try.
"""
AGAIN = 0.5
"""Seconds after which a line that did not end is ended once more: it may have been made secure just
then.
"""
NO_SECURE_LINE = (
    "Sambungan aman ke server pengirim gagal. Minta admin memeriksa sertifikat dan pengaturannya."
)


@dataclass(frozen=True)
class Parcel:
    """One message on its way. The same id every time, so that who takes it twice can know it."""

    id: UUID
    channel: str
    address: str
    title: str
    body: str


class Transport(Protocol):
    """A way out of the house."""

    def send(self, parcel: Parcel) -> None:
        """Returns when the other side has taken it."""


Transports = Mapping[str, Transport]
"""By channel; a channel that is not set up is absent."""


@dataclass(frozen=True)
class Mail:
    """A mail server (SMTP)."""

    host: str
    port: int
    sender: str
    tls: Literal["starttls", "tls", "none"]
    user: str = ""
    password: str = field(default="", repr=False)
    seconds: float = 15.0
    """How long each answer is waited for."""

    def send(self, parcel: Parcel) -> None:
        """Hand the message to the server."""
        letter = self._letter(parcel)
        with _mail_faults(), self._connected() as line:
            if self.user:
                line.login(self.user, self.password)
            line.send_message(letter)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        secure = ssl.create_default_context()
        line: smtplib.SMTP
        if self.tls == "tls":
            line = smtplib.SMTP_SSL(timeout=self.seconds, context=secure)
        else:
            line = smtplib.SMTP(timeout=self.seconds)
        line._host = self.host  # type: ignore[attr-defined]  # whom the certificate names: only a constructor that calls at once sets it
        try:
            with _ended_after(self.seconds * WHOLE_OF_MAIL, line) as is_cut:
                code, words = line.connect(self.host, self.port)
                if code != HELLO:
                    raise smtplib.SMTPConnectError(code, words)
                if self.tls == "starttls":
                    line.starttls(context=secure)
                yield line
                if is_cut.is_set():
                    raise TimeoutError
                with suppress(
                    smtplib.SMTPException, OSError
                ):  # it was taken; how the line ends changes nothing
                    line.quit()
        finally:
            line.close()

    def _letter(self, parcel: Parcel) -> EmailMessage:
        letter = EmailMessage()
        try:
            letter["From"] = self.sender
            letter["To"] = Address(addr_spec=parcel.address)
            letter["Subject"] = parcel.title
        except (ValueError, IndexError, HeaderParseError):  # several, none, a line break
            raise Undeliverable(
                "Alamat surel penerima tidak dapat dipakai.", detail="address"
            ) from None
        letter["Date"] = format_datetime(datetime.now(UTC))
        letter["Message-ID"] = f"<{parcel.id}@{self.sender.rpartition('@')[2].rstrip('>')}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(parcel.body)
        return letter


@contextmanager
def _mail_faults() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        raise _mail_answer(
            next(iter(error.recipients.values()))[0], "menolak alamat penerima"
        ) from None
    except smtplib.SMTPAuthenticationError as error:
        raise _mail_answer(error.smtp_code, "menolak nama atau kata sandi pengirim") from None
    except smtplib.SMTPResponseException as error:
        raise _mail_answer(error.smtp_code, "menolak pesan") from None
    except (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as error:
        raise Undeliverable(NO_SECURE_LINE, detail=type(error).__name__) from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotDelivered(
            _silent("Server surel", error), detail=f"mail: {type(error).__name__}"
        ) from None
    except ValueError:  # characters that this server cannot address
        raise Undeliverable(
            "Alamat surel penerima tidak dapat dipakai.", detail="address"
        ) from None


@contextmanager
def _ended_after(seconds: float, line: smtplib.SMTP | HTTPConnection) -> Iterator[Event]:
    """A conversation that takes longer is cut off: it counts as silence, also where half a sentence
    came that could be understood.
    """
    is_over, is_cut = Event(), Event()

    def watch() -> None:
        wait = seconds
        while not is_over.wait(wait):
            is_cut.set()
            wait = AGAIN
            with suppress(OSError):  # closed by now
                if line.sock is not None:
                    socket.socket.shutdown(line.sock, socket.SHUT_RDWR)

    Thread(target=watch, daemon=True).start()
    try:
        yield is_cut
    except (OSError, HTTPException) as error:  # what the mail library raises is an OSError
        if is_cut.is_set():
            raise TimeoutError("the conversation took too long") from error
        raise
    finally:
        is_over.set()


def _silent(who: str, error: Exception) -> str:
    """Who is asked to repair it looks elsewhere for a server that is not there than for one that
    takes the call and is mute.
    """
    is_mute = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
    return f"{who} tidak menjawab." if is_mute else f"{who} tidak dapat dihubungi."


def _mail_answer(code: int, what: str) -> NotDelivered | Undeliverable:
    sentence = f"Server surel {what} (kode {code})."
    if 400 <= code < 500:
        return NotDelivered(sentence, detail=f"mail: {code}")
    return Undeliverable(sentence, detail=f"mail: {code}")


@dataclass(frozen=True)
class Gateway:
    """A web address that takes messages to phones. Only this one is asked: redirects are not
    followed, proxies not used.
    """

    url: str
    secret: bytes = field(repr=False)
    seconds: float = 15.0

    def send(self, parcel: Parcel) -> None:
        """POST the message as JSON, signed."""
        content = {"id": str(parcel.id), "to": parcel.address, "text": parcel.body}
        body = json.dumps(content, ensure_ascii=False).encode()
        stamp = str(int(datetime.now(UTC).timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": str(parcel.id),
            "X-Sentra-Timestamp": stamp,
            "X-Sentra-Signature": signature(self.secret, stamp, body),
        }
        status = self._post(body, headers)
        if 200 <= status < 300:
            return
        if status in BUSY or status >= 500:
            raise NotDelivered(
                f"Gerbang pesan sedang tidak menerima (kode {status}).", detail=f"gateway: {status}"
            )
        raise Undeliverable(
            f"Gerbang pesan menolak pesan ini (kode {status}).", detail=f"gateway: {status}"
        )

    def _post(self, body: bytes, headers: Mapping[str, str]) -> int:
        address = urlsplit(self.url)
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        line: HTTPConnection
        if address.scheme == "https":
            line = HTTPSConnection(address.netloc, timeout=self.seconds)
        else:
            line = HTTPConnection(address.netloc, timeout=self.seconds)
        try:
            with _ended_after(self.seconds * WHOLE, line) as is_cut:
                line.request("POST", path, body, dict(headers))
                status = line.getresponse().status
                if is_cut.is_set():
                    raise TimeoutError
                return status
        except ssl.SSLCertVerificationError:
            raise Undeliverable(NO_SECURE_LINE, detail="SSLCertVerificationError") from None
        except (OSError, HTTPException) as error:
            raise NotDelivered(
                _silent("Gerbang pesan", error), detail=f"gateway: {type(error).__name__}"
            ) from None
        finally:
            line.close()


def signature(secret: bytes, stamp: str, body: bytes) -> str:
    """What proves to the gateway that a message is ours and new: over the instant and the body."""
    return "sha256=" + hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
