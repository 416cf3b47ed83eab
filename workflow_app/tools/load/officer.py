"""An officer with a browser without scripts: HTTP requests to the running site over one connection,
with cookies, hidden fields and file uploads.

The module also makes small scanned pages, each different, and holds the answers for one lost KTP:
the forms of the SKTLK by the heading of their page.
"""

import hashlib
import http.client
import io
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from PIL import Image, ImageDraw

from workflow_app.domain import WITA

Fields = dict[str, str | list[str]]
"""A form to send: name and typed or chosen values."""


@dataclass(frozen=True)
class Scan:
    """A picture chosen for one field."""

    field: str
    data: bytes


def encode(fields: Fields, scan: Scan | None = None) -> tuple[bytes, str]:
    """Return body and content type."""
    boundary = uuid4().hex
    parts = [
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        ).encode()
        for field, values in fields.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    if scan is not None:
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{scan.field}"; '
            'filename="pindai.png"\r\n'
        )
        parts += [f"{head}Content-Type: image/png\r\n\r\n".encode(), scan.data, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


HIDDEN = re.compile(r'<input type="hidden" name="(csrf_token|kunci|versi)" value="([^"]*)"')
HEADING = re.compile(r"<h1[^>]*>\s*([^<]*?)\s*<")
TASK = re.compile(r'/tugas/([0-9a-f-]{36})"')
TAKEN = re.compile(r"/(tugas|berkas)/")
"""Redirect target after an accepted form of a task: the next task, or the case. Any other target
means that the form was not accepted.
"""
PATIENCE = 30.0
"""Timeout of an answer in seconds."""
KEPT_SECONDS = 3.0
"""Idle seconds after which a new connection is opened; the server closes idle ones after five."""
FORM = "application/x-www-form-urlencoded"


class Unexpected(Exception):
    """The site answered something other than the script expects; the message says what."""


@dataclass(frozen=True)
class Page:
    """A response of the site."""

    path: str
    status: int
    text: str
    location: str | None
    """Redirect target as a path."""

    @property
    def heading(self) -> str:
        """Return the first heading, such as the name of a task."""
        found = HEADING.search(self.text)
        return found[1] if found else ""

    @property
    def hidden(self) -> dict[str, str]:
        """Return the CSRF token and, on a task's page, the key of the form and of its initial
        draft.
        """
        return {name: unescape(value) for name, value in HIDDEN.findall(self.text)}

    @property
    def is_taken(self) -> bool:
        """Return whether this answer says that the form of a task was accepted."""
        return self.status == 302 and TAKEN.match(self.location or "") is not None

    @property
    def tasks(self) -> list[str]:
        """Return the ids of the tasks that the page links to, each once, in order."""
        return list(dict.fromkeys(TASK.findall(self.text)))


class Officer:
    """One person with one session. Not thread-safe.

    Broken connections raise `OSError` or `http.client.HTTPException`; the next request opens a new
    one.
    """

    def __init__(self, address: str, username: str, password: str) -> None:
        parts = urlsplit(address)
        self.username = username
        self._password = password
        self._connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=PATIENCE
        )
        self._used_at = 0.0
        self._cookies: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def reconnect(self) -> None:
        """Close the connection, so that the next request opens a new one, as after the pause
        between two citizens.
        """
        self._connection.close()

    def sign_in(self) -> None:
        """Sign in through the sign-in page. Raises `Unexpected` when the site refuses."""
        form = self.get("/masuk")
        words: Fields = {"nama_pengguna": self.username, "kata_sandi": self._password}
        answer = self.post("/masuk", {**form.hidden, **words})
        if answer.status != 302:
            raise Unexpected(f"sign-in: {answer.status}")

    def inbox(self, tab: str = "saya") -> Page:
        """Return the first page of one list: `saya`, `antrean`, `semua`."""
        return self._expect(self.get(f"/?daftar={tab}"), 200)

    def start(self, process: str) -> Page:
        """Start a case and return the page of its first task."""
        choice = self._expect(self.get("/mulai"), 200)
        begun = self._expect(self.post(f"/mulai/{process}", dict(choice.hidden)), 302)
        return self.follow(begun)

    def open(self, task: str) -> Page:
        """Return the page of a task."""
        return self._expect(self.get(f"/tugas/{task}"), 200)

    def claim(self, page: Page, task: str) -> Page:
        """Claim a task of the queue and return its page; `page` is any page of this session."""
        taken = self.post(f"/tugas/{task}/ambil", {"csrf_token": page.hidden["csrf_token"]})
        return self.follow(self._expect(taken, 302))

    def complete(self, page: Page, answers: Fields, *, takes_files: bool = True) -> Page:
        """Send the form of a task's page, with or without file fields; the same page sent again has
        the same key.
        """
        send = self.submit if takes_files else self.post
        return send(page.path, {**page.hidden, "tombol": "selesai", **answers})

    def follow(self, page: Page) -> Page:
        """Return the page to which the site redirects."""
        return self._expect(self.get(page.location or "/"), 200)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Page:
        """Send one GET request; redirects are not followed."""
        return self._send("GET", path, None, dict(headers or {}))

    def post(self, path: str, fields: Fields) -> Page:
        """Send one form without files: a button, the sign-in, most tasks."""
        return self._send(
            "POST", path, urlencode(fields, doseq=True).encode(), {"Content-Type": FORM}
        )

    def submit(self, path: str, fields: Fields, scan: Scan | None = None) -> Page:
        """Send one form that may contain a file."""
        body, kind = encode(fields, scan)
        return self._send("POST", path, body, {"Content-Type": kind})

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Page:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if time.monotonic() - self._used_at > KEPT_SECONDS:
            self._connection.close()
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            content = answer.read()
            self._used_at = time.monotonic()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        location = answer.headers.get("Location")
        return Page(path, answer.status, content.decode(), location)

    def _expect(self, page: Page, status: int) -> Page:
        if page.status != status:
            raise Unexpected(f"{page.path.partition('?')[0]}: {page.status} {page.heading}")
        return page


def scan(words: str) -> bytes:
    """Return a page with these words as a picture; the same words give the same bytes."""
    page = Image.new("L", (620, 220), 255)
    ImageDraw.Draw(page).text((30, 80), words, fill=0, font_size=26)
    picture = io.BytesIO()
    page.save(picture, "PNG")
    return picture.getvalue()


def hash_of(data: bytes) -> str:
    """Return the name under which the archive keeps these bytes."""
    return hashlib.sha256(data).hexdigest()


PROCESS = "sktlk"
APPROVAL = "Periksa dan setujui"
SIGNATURE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACAQAAAABazTCJAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"
)

DESK = (
    "Terima warga",
    "Identitas pelapor",
    "Hilang atau dicuri",
    "Barang dan kejadian",
    "Periksa persyaratan",
)
"""Headings of the tasks from the citizen's arrival to the approval, in order."""
PAPERS = "Periksa persyaratan"
"""Heading of the task where files are chosen."""
HAND_OVER = ("Warga membaca dan bertanda tangan", "Serahkan surat")
"""Headings of the tasks after the letter was printed."""


def answers(heading: str, at: datetime, citizen: int = 1) -> Fields:
    """Return the form for the task with this heading. `citizen` makes invented people differ.
    Raises `KeyError`.
    """
    local = at.astimezone(WITA)
    now, yesterday = (
        local.strftime("%Y-%m-%dT%H:%M"),
        (local - timedelta(days=1)).strftime("%d-%m-%Y"),
    )
    forms: dict[str, Fields] = {
        "Terima warga": {"arrived_at": now, "sikap": ["sapa", "duduk"], "perkenalan": "ya"},
        "Identitas pelapor": {
            "kewarganegaraan": "wni",
            "jenis_identitas": "nik",
            "nik": f"63060501029{citizen % 100_000:05d}",
            "nama": f"Contoh Warga Nomor {citizen}",
            "tempat_lahir": "Kandangan",
            "tanggal_lahir": "01-02-1990",
            "jenis_kelamin": "laki_laki",
            "agama": "islam",
            "pekerjaan": "Petani",
            "alamat": f"Jalan Contoh Nomor {citizen}",
            "desa": "Desa Contoh",
            "kecamatan": "Kandangan",
            "kabupaten": "Hulu Sungai Selatan",
            "telepon": "0812-0000-0000",
            "dibantu": "tidak",
        },
        "Hilang atau dicuri": {"peristiwa": "hilang"},
        "Barang dan kejadian": {
            "jenis": "KTP",
            "pemilik": "sendiri",
            "jumlah": "1",
            "satuan": "kartu",
            "barang": "KTP elektronik atas nama pelapor",
            "tempat_hilang": "sekitar Pasar Kandangan",
            "tanggal_hilang": yesterday,
            "kronologi": "Diketahui hilang setelah tiba di rumah. Sudah dicari di sepanjang jalan.",
            "sudah_dicari": "ya",
        },
        "Periksa persyaratan": {
            "persyaratan.ktp_01.given": "ya",
            "persyaratan.ktp_02.given": "ya",
            "persyaratan.ktp_03.given": "ya",
            "persyaratan.ktp_03.number": f"CONTOH/{citizen}/2026",
            "persyaratan.ktp_03.date": yesterday,
        },
        APPROVAL: {"keputusan": "setuju"},
        "Warga membaca dan bertanda tangan": {
            "sudah_dibaca": "ya",
            "isi_surat": "benar",
            "cara_tanda_tangan": "gambar",
            "tanda_tangan": SIGNATURE,
        },
        "Serahkan surat": {
            "handed_over_at": now,
            "penerima": "pelapor",
            "tanpa_biaya": "ya",
            "diminta_bayar": "tidak",
            "dijelaskan": "ya",
        },
    }
    return forms[heading]
