"""A phone at the desk on pages, without a script on either side (R39, decision 0038)."""

import io
import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from flask import Flask

from tests.integration.conftest import TestClock
from tests.integration.open_tasks import task_of
from tests.integration.services.photos import LABEL, PLACE, photo
from tests.integration.web.visitor import Visitor
from workflow_app.domain import Actor
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.intake import captures

CHECKLIST = 4
PERSONAL = ("Warga Satu", "6306050102900001", "B-2026")


@pytest.fixture
def task_id(works: Works, play: Callable[..., UUID]) -> UUID:
    """The checklist of a case is open."""
    return task_of(works, play("sktlk_ktp", CHECKLIST)).id


@pytest.fixture
def form(at_desk: Visitor, task_id: UUID) -> Visitor:
    """It is open on the screen of the desk."""
    return at_desk.open(f"/tugas/{task_id}")


@pytest.fixture
def phone(app: Flask) -> Visitor:
    """A phone that nobody is signed in on."""
    return Visitor(app.test_client())


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that codes on the screen lead to."""
    from workflow_app.services.letters import printing as typesetting

    addresses: list[str] = []
    draw = typesetting.qr_picture

    def note(address: str) -> str:
        addresses.append(address)
        return draw(address)

    monkeypatch.setattr(typesetting, "qr_picture", note)
    return addresses


def press(form: Visitor, button: str, **typed: str) -> Visitor:
    """A button of the first question's panel."""
    action = f"{form.path}?bidang={PLACE}"
    buttons = [each for each in form.page().iter("button") if each.get("formaction") == action]
    wanted = next(each for each in buttons if each.get("value") == button)
    return form.submit(" ".join("".join(wanted.itertext()).split()), **typed)


def path_of(address: str) -> str:
    return "/" + address.split("/", 3)[3]


@pytest.fixture
def link(form: Visitor, told: list[str]) -> str:
    """The officer shows a code; where it leads."""
    press(form, "ponsel")
    return path_of(told[-1])


def take(phone: Visitor, link: str) -> Visitor:
    """Follow the code and begin."""
    return phone.open(link).submit("Mulai memotret")


def shoot(phone: Visitor, words: str) -> Visitor:
    return phone.submit("Simpan foto ini", {"foto": [(photo(words), "IMG_0001 nama warga.jpg")]})


def test_r39_a_phone_hands_in_a_paper_of_three_pages(
    form: Visitor, phone: Visitor, told: list[str], task_id: UUID
) -> None:
    press(form, "ponsel", persyaratan__ktp_02__given="ya")
    assert "Menunggu ponsel" in form.words
    assert "Berlaku 15 menit lagi" in form.words
    assert 'name="persyaratan.ktp_02.given" value="ya" checked' in form.text, (
        "what was typed is kept"
    )
    assert re.fullmatch(r"http://[^/]+/ponsel/buka/[a-z2-7]{32}", told[-1])

    phone.open(path_of(told[-1]))
    assert LABEL in phone.words
    assert "Surat Keterangan Tanda Lapor Kehilangan" in phone.words
    phone.submit("Mulai memotret")
    assert phone.path == "/ponsel", "what opens the link is in no address from now on"
    for words in ("Halaman satu", "Halaman dua", "Halaman tiga"):
        shoot(phone, words)
    assert "3 halaman belum dikirim" in phone.words
    form.open(f"/tugas/{task_id}")
    assert "Ponsel tersambung. 3 halaman di ponsel belum dikirim." in form.words
    phone.submit("Kirim 3 halaman")

    assert "Sudah diterima petugas: 3 halaman" in phone.words
    assert "Ambil foto untuk berkas baru" in phone.words
    assert not any(word in phone.text for word in (*PERSONAL, "IMG_0001"))
    form.open(f"/tugas/{task_id}")
    assert "3 halaman diterima." in form.words
    assert form.text.count("data-paper=") == 1
    assert "3 halaman · Menunggu dibaca" in form.words
    press(form, "tutup")
    assert "3 halaman diterima." not in form.words
    assert form.text.count("data-paper=") == 1, "closing takes nothing away"
    assert phone.open("/ponsel").answer.status_code == 404
    assert captures.OVER in phone.words


def test_pages_are_looked_at_taken_again_moved_and_taken_off(phone: Visitor, link: str) -> None:
    take(phone, link)
    shoot(phone, "Satu")
    shoot(phone, "Dua")
    first, second = re.findall(r'src="(/ponsel/halaman/[0-9a-f-]+)"', phone.text)
    shown = phone.client.get(first)
    assert shown.data == photo("Satu")
    assert shown.headers["Cache-Control"] == "no-store"
    phone.submit("Naikkan halaman 2")
    assert re.findall(r'src="(/ponsel/halaman/[0-9a-f-]+)"', phone.text) == [second, first]
    page_id = second.rpartition("/")[2]
    token = phone.token()
    phone.client.post(
        "/ponsel/halaman",
        data={
            "csrf_token": token,
            "ganti": page_id,
            "foto": (io.BytesIO(photo("Dua tajam")), "x.jpg"),
        },
    )
    again, last = re.findall(r'src="(/ponsel/halaman/[0-9a-f-]+)"', phone.open("/ponsel").text)
    assert (phone.client.get(again).data, last) == (photo("Dua tajam"), first)
    phone.submit("Hapus halaman 1")
    assert "1 halaman belum dikirim" in phone.words
    assert phone.client.get(again).status_code == 404


def test_a_photo_that_cannot_be_taken_in_says_why(phone: Visitor, link: str) -> None:
    take(phone, link)
    phone.submit("Simpan foto ini", {"foto": [(b"bukan foto", "x.jpg")]})
    assert phone.answer.status_code == 400
    assert "bukan gambar" in phone.words
    phone.submit("Simpan foto ini")
    assert "Ambil foto lebih dulu" in phone.words


def test_without_a_link_nothing_of_an_upload_is_read(
    app: Flask, phone: Visitor, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            reads.append(size or 0)
            return super().read(size)

    monkeypatch.setattr(app.request_class, "_get_file_stream", lambda *_, **__: Watched())

    def sent(token: str) -> int:
        data = {"csrf_token": token, "foto": (io.BytesIO(photo("Satu")), "x.jpg")}
        return phone.client.post("/ponsel/halaman", data=data).status_code

    assert (sent(phone.open(link).token()), reads) == (404, [])
    assert (sent(take(phone, link).token()), reads) == (302, [-1])


def test_a_form_sent_twice_is_one_paper(phone: Visitor, form: Visitor, link: str) -> None:
    take(phone, link)
    shoot(phone, "Satu")
    data = {"csrf_token": phone.token(), "kunci": str(uuid4())}
    answers = [phone.client.post("/ponsel/kirim", data=data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert form.open(form.path).text.count("data-paper=") == 1


def test_a_second_phone_is_refused(app: Flask, phone: Visitor, link: str) -> None:
    take(phone, link)
    other = Visitor(app.test_client()).open(link)
    assert (other.answer.status_code, captures.TAKEN in other.words) == (409, True)
    assert phone.open(link).path == "/ponsel", "the first goes on"


def test_two_phones_that_press_at_once_are_one(app: Flask, phone: Visitor, link: str) -> None:
    other = Visitor(app.test_client())
    phone.open(link)
    other.open(link)
    phone.submit("Mulai memotret")
    other.submit("Mulai memotret")
    assert other.answer.status_code == 409
    assert other.open("/ponsel").answer.status_code == 404


def test_looking_at_the_code_takes_nothing_up(app: Flask, phone: Visitor, link: str) -> None:
    """Programs that read codes fetch the address to show where it leads."""
    for _ in range(3):
        Visitor(app.test_client()).open(link)
    assert take(phone, link).path == "/ponsel"


def test_what_opens_the_link_is_neither_logged_nor_passed_on(
    phone: Visitor, link: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        take(phone, link)
        shoot(phone, "Satu")
    assert "/ponsel/buka/<token>" in caplog.text
    secret = link.rpartition("/")[2]
    assert secret not in str([vars(record) for record in caplog.records])
    headers = phone.client.get(link).headers
    assert headers["Referrer-Policy"] == "strict-origin"
    assert headers["Cache-Control"] == "no-store"
    assert secret not in phone.text


def test_under_https_the_origin_alone_proves_a_form_of_ours(phone: Visitor, link: str) -> None:
    data = {"csrf_token": phone.open(link).token()}
    origin = "https://localhost"
    from_elsewhere = phone.client.post(link, data=data, base_url=origin)
    assert from_elsewhere.status_code == 400
    ours = phone.client.post(link, data=data, base_url=origin, headers={"Referer": f"{origin}/"})
    assert (ours.status_code, ours.location) == (302, "/ponsel")


def test_codes_that_lead_nowhere_become_slow(phone: Visitor, link: str) -> None:
    for _ in range(30):
        assert phone.client.get(f"/ponsel/buka/{'a' * 32}").status_code == 404
    answer = phone.client.get(f"/ponsel/buka/{'b' * 32}")
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
    assert phone.client.get(link).status_code == 429


def test_a_link_says_when_its_time_is_over(
    phone: Visitor, form: Visitor, link: str, clock: TestClock
) -> None:
    take(phone, link)
    shoot(phone, "Satu")
    clock.advance(minutes=16)
    assert shoot(phone, "Dua").answer.status_code == 404
    assert captures.OVER in phone.words
    form.open(form.path)
    assert "Kode sudah habis waktunya" in form.words
    press(form, "ponsel")
    assert "Menunggu ponsel" in form.words
    assert "1 halaman di ponsel" not in form.words


def test_the_open_form_asks_how_far_the_phone_is(
    phone: Visitor, form: Visitor, told: list[str]
) -> None:
    data = {"csrf_token": form.token(), "bidang": PLACE}
    shown = form.client.post(
        f"{form.path}/ponsel", data=data, headers={"Accept": "application/json"}
    ).get_json()
    assert (shown["words"], shown["is_live"], shown["papers"]) == ("Menunggu ponsel", True, [])
    assert "data:image/svg+xml" in shown["html"]

    def state() -> dict[str, object]:
        asked = form.client.get(f"{form.path}/ponsel?bidang={PLACE}")
        found: dict[str, object] = asked.get_json()
        return found

    take(phone, path_of(told[-1]))
    assert state()["words"] == "Ponsel tersambung."
    assert "data:image" not in str(state()["html"]), "nobody else can use the code any more"
    shoot(phone, "Satu")
    phone.submit("Kirim 1 halaman")
    (paper,) = state()["papers"]  # type: ignore[misc]  # as JSON gives it
    assert 'name="persyaratan.ktp_01.documents"' in paper["html"]
    shoot(phone, "Dua")
    phone.submit("Kirim 1 halaman")
    ended = form.client.post(f"{form.path}/ponsel/tutup", data=data).get_json()
    assert (ended["words"], ended["is_live"], ended["html"].strip()) == ("", False, "")
    assert len(ended["papers"]) == 2, "what came just before it was closed is told too"


def test_a_colleague_neither_shows_nor_sees_the_code(
    visit: Callable[[str], Visitor], person: Callable[..., Actor], form: Visitor, link: str
) -> None:
    person("rekan", "petugas")
    colleague = visit("rekan").open(form.path)
    data = {"csrf_token": colleague.token(), "bidang": PLACE}
    assert colleague.client.post(f"{form.path}/ponsel", data=data).status_code == 409
    assert (
        colleague.client.get(f"{form.path}/ponsel?bidang={PLACE}").get_json()["html"].strip() == ""
    )


def test_the_page_of_the_paper_offers_its_photos(phone: Visitor, form: Visitor, link: str) -> None:
    take(phone, link)
    shoot(phone, "Satu")
    shoot(phone, "Dua")
    phone.submit("Kirim 2 halaman")
    form.open(form.path)
    paper = re.findall(r'data-paper="([0-9a-f-]+)"', form.text)[0]
    form.open(f"/dokumen/{paper}")
    assert "Disusun dari 2 foto" in form.words
    answer = form.client.get(f"/dokumen/{paper}/foto/2")
    assert answer.data == photo("Dua")
    assert answer.headers["Content-Disposition"].startswith("attachment")
