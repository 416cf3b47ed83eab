"""What a mail says and brings along: its words as plain text, its attachments as bytes. Pure; nothing in it is trusted.

The bounds come first: a mail that is nested or chopped up beyond reason is not taken apart at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from html.parser import HTMLParser

MOST_ATTACHMENTS = 40
MOST_BORDERS, MOST_NESTED, MOST_LEVELS = 60, 15, 12
MOST_HEADER_LINES = 2000
LONGEST_TEXT, LONGEST_HTML, LONGEST_HEADER = 20_000, 400_000, 300
BORDER, NESTED = re.compile(rb"boundary\b", re.IGNORECASE), re.compile(rb"message/", re.IGNORECASE)
SILENT = frozenset({"style", "script", "head", "title", "template", "noscript", "svg", "math"})
BREAKS = frozenset(
    {"p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "hr", "blockquote"}
)


class Unreasonable(Exception):
    """No person writes a mail like this."""


@dataclass(frozen=True)
class MailLetter:
    """A mail as a person reads it."""

    sender: str
    subject: str
    written_at: str
    """As the sender says it; empty when he does not."""
    text: str
    is_cut: bool
    """The text went on."""
    attachments: tuple[bytes, ...]
    left_out: int
    """Attachments beyond the number that is taken."""


def read(data: bytes) -> MailLetter:
    """Take a mail apart. Raises `Unreasonable`."""
    head = data.split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0]
    if (
        len(BORDER.findall(data)) > MOST_BORDERS
        or len(NESTED.findall(data)) > MOST_NESTED
        or head.count(b"\n") > MOST_HEADER_LINES
    ):
        raise Unreasonable
    try:
        mail = message_from_bytes(data, policy=policy.compat32)
        plain, marked, found = _sorted(mail)
        return MailLetter(
            sender=_header(mail, "From"),
            subject=_header(mail, "Subject"),
            written_at=_header(mail, "Date"),
            text=(text := _text(plain, marked))[:LONGEST_TEXT],
            is_cut=len(text) > LONGEST_TEXT,
            attachments=tuple(found[:MOST_ATTACHMENTS]),
            left_out=max(len(found) - MOST_ATTACHMENTS, 0),
        )
    except (MessageError, RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unreasonable from error


def _sorted(mail: Message) -> tuple[list[str], list[str], list[bytes]]:
    """Words in plain text, words in HTML, attachments: in their order."""
    plain: list[str] = []
    marked: list[str] = []
    attachments: list[bytes] = []
    for part in _leaves(mail, 0):
        kind = part.get_content_type()
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        is_attached = part.get_content_disposition() == "attachment" or bool(part.get_filename())
        if kind == "text/plain" and not is_attached:
            plain.append(_decoded(part, data[: LONGEST_TEXT * 8]))
        elif kind == "text/html" and not is_attached:
            marked.append(_decoded(part, data[:LONGEST_HTML]))
        elif data:
            attachments.append(data)
    return plain, marked, attachments


def _leaves(part: Message, level: int) -> Iterator[Message]:
    """The parts that hold something themselves. A mail inside a mail is opened as well."""
    if level > MOST_LEVELS:
        raise Unreasonable
    inner = part.get_payload()
    if part.is_multipart() and isinstance(inner, list):
        for each in inner:
            if isinstance(each, Message):
                yield from _leaves(each, level + 1)
    else:
        yield part


def _text(plain: list[str], marked: list[str]) -> str:
    """Plain words where there are any; else those between the marks of HTML."""
    words = "\n\n".join(text for text in plain if text.strip())
    if not words:
        words = "\n\n".join(_unmarked(text) for text in marked)
    return _clean(words, keep_lines=True)


def _decoded(part: Message, data: bytes) -> str:
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return data.decode(charset, "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


def _header(mail: Message, name: str) -> str:
    raw = str(mail.get(name, ""))[: LONGEST_HEADER * 4]
    try:
        parts = [
            words.decode(charset or "ascii", "replace") if isinstance(words, bytes) else words
            for words, charset in decode_header(raw)
        ]
    except (MessageError, LookupError, ValueError):
        parts = [raw]
    return _clean("".join(parts), keep_lines=False)[:LONGEST_HEADER]


def _clean(text: str, *, keep_lines: bool) -> str:
    """What can be printed; runs of empty lines become one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    kept = ["".join(letter for letter in line if letter.isprintable()).rstrip() for line in lines]
    if not keep_lines:
        return " ".join(" ".join(kept).split())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Marks give line breaks and nothing else: no pictures, no addresses."""
        self.silent += tag in SILENT
        if tag in BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """See above."""
        self.silent = max(self.silent - (tag in SILENT), 0)
        if tag in BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        """Words between the marks."""
        if not self.silent:
            self.words.append(" ".join(data.split()) + " ")


def _unmarked(text: str) -> str:
    parser = _Words()
    try:
        parser.feed(text)
        parser.close()
    except (AssertionError, RecursionError):  # what the library says of marks that it cannot follow
        pass
    return "".join(parser.words)
