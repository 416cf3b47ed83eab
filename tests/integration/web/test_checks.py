"""R39: the quality check without JavaScript: one form for each word, a button for each act, the
next paper by itself.
"""

from collections.abc import Callable
from uuid import UUID

import pytest

from tests.integration.services import stacks
from tests.integration.web.visitor import Visitor
from tests.unit.ocr import fed, worn
from workflow_app.domain import Actor
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents, reading
from workflow_app.services.retention import holdings


@pytest.fixture
def archivist(person: Callable[..., Actor]) -> Actor:
    return person("arsip", "arsiparis")


@pytest.fixture
def paper(works: Works, archivist: Actor) -> UUID:
    """A scan of three pages in the archive: two worn words, one upside down, one blank."""
    with works.begin(archivist) as work:
        stored = holdings.deposit(work, worn.paper()).document_id
    assert stored is not None
    reading.read_document(works, stored)
    return stored


@pytest.fixture
def desk(visit: Callable[[str], Visitor], paper: UUID, archivist: Actor) -> Visitor:
    """The archivist, signed in, with the check of the paper open."""
    assert archivist.roles
    return visit("arsip").open(f"/dokumen/{paper}/periksa")


def texts(works: Works, who: Actor, paper: UUID) -> list[str]:
    with works.begin(who) as work:
        return [page.text for page in documents.text(work, paper)]


def test_r39_a_scan_is_put_right_without_a_script(
    works: Works, archivist: Actor, desk: Visitor, paper: UUID
) -> None:
    assert "Halaman 1 dari 3, versi 1" in desk.words
    assert desk.text.count('class="mark mark-doubt"') == 2
    desk.submit("Simpan", kata="Galam")
    assert "versi 2" in desk.words
    assert desk.text.count('class="mark mark-doubt"') == 1
    desk.submit("Simpan")
    assert "Tidak ada di halaman ini." in desk.words
    assert "Galam" in texts(works, archivist, paper)[0]
    desk.open(f"/dokumen/{paper}/periksa?halaman=3")
    assert "Tidak ada tulisan di halaman ini." in desk.words
    desk.submit("Keluarkan halaman x")
    assert "Halaman 2 dari 2, versi 4" in desk.words
    desk.submit("Putar kanan ]")
    assert "sedang dibaca ulang" in desk.words
    desk.submit("Majukan ,")
    assert "Halaman 1 dari 2, versi 6" in desk.words
    desk.submit("Urungkan z")
    assert "Galam" in texts(works, archivist, paper)[0]
    desk.open(f"/dokumen/{paper}/periksa?halaman=2").submit("Pisah mulai di sini s")
    assert "sekarang dokumen sendiri" in desk.words
    assert "Halaman 1 dari 1" in desk.words
    desk.submit("Baik, dokumen berikutnya Ctrl Enter")
    assert "Halaman 1 dari 1, versi 1" in desk.words
    desk.submit("Baik, dokumen berikutnya Ctrl Enter")
    assert "Tidak ada lagi dokumen yang menunggu diperiksa." in desk.words
    desk.open(f"/dokumen/{paper}")
    assert "Mutu diperiksa" in desk.words
    assert "Versi 8: halaman 2 dan sesudahnya dipisah" in desk.words
    desk.open(f"/dokumen/{paper}/versi/1?halaman=3")
    assert "Versi 1, halaman 3 dari 3" in desk.words


def test_r39_all_blank_backs_of_a_scan_leave_by_one_press(
    works: Works, visit: Callable[[str], Visitor], archivist: Actor
) -> None:
    sheets = [
        fed.sheet("Halaman depan contoh"),
        fed.blank(),
        fed.sheet("Halaman dalam contoh"),
        fed.blank(),
    ]
    with works.begin(archivist) as work:
        stored = holdings.deposit(work, stacks.pdf(*sheets)).document_id
    assert stored is not None
    reading.read_document(works, stored)
    desk = visit("arsip").open(f"/dokumen/{stored}/periksa?halaman=3")
    desk.submit("Keluarkan 2 halaman kosong X")
    assert "Halaman 1 dari 2, versi 2" in desk.words
    assert "halaman kosong X" not in desk.words
    desk.submit("Urungkan z")
    assert "dari 4, versi 3" in desk.words


def test_r39_a_paper_left_for_later_does_not_come_back_before_the_others(
    works: Works, desk: Visitor, paper: UUID, archivist: Actor
) -> None:
    with works.begin(archivist) as work:
        other = holdings.deposit(work, stacks.pdf(fed.sheet("Surat lain contoh"))).document_id
    assert other is not None
    reading.read_document(works, other)
    desk.follow("Lewati dulu l")
    assert desk.path == f"/dokumen/{other}/periksa"
    desk.submit("Putar kanan ]").submit("Urungkan z")
    desk.submit("Baik, dokumen berikutnya Ctrl Enter")
    assert "Yang dilewati tetap menunggu." in desk.words
    assert desk.path == "/periksa-mutu"
    assert f"/dokumen/{paper}/periksa" in desk.text


def test_who_was_overtaken_is_told_and_nothing_is_lost(
    works: Works, desk: Visitor, paper: UUID, visit: Callable[[str], Visitor], archivist: Actor
) -> None:
    other = visit("arsip").open(f"/dokumen/{paper}/periksa")
    other.submit("Simpan", kata="Galam")

    desk.submit("Simpan", kata="Jelatang")

    assert desk.answer.status_code == 409
    assert "baru saja diubah Contoh Arsip" in desk.words
    assert "Galam" in texts(works, archivist, paper)[0]
    told = desk.client.post(
        f"/dokumen/{paper}/kata",
        data={"versi": "1", "halaman": "1", "tempat": "0", "csrf_token": other.token()},
        headers={"Accept": "application/json"},
    )
    assert told.status_code in (400, 409)


def test_a_word_by_script_answers_with_what_comes_next(desk: Visitor, paper: UUID) -> None:
    answers = []
    places = [box.get("value") for box in desk.page().iter("input") if box.get("name") == "tempat"]
    for version, place in enumerate(places, 1):
        data = {"versi": str(version), "halaman": "1", "tempat": place, "kata": f"Kata{place}"}
        answers.append(
            desk.client.post(
                f"/dokumen/{paper}/kata",
                data={**data, "csrf_token": desk.token()},
                headers={"Accept": "application/json"},
            ).json
        )
    assert [(answer["version"], answer["left"]) for answer in answers] == [(2, 1), (3, 0)]
    assert answers[1]["next"] is None


def test_a_page_is_drawn_large_and_never_kept_by_the_browser(desk: Visitor, paper: UUID) -> None:
    answer = desk.client.get(f"/dokumen/{paper}/halaman/2/gambar")
    assert (answer.mimetype, answer.data[8:12], answer.headers["Cache-Control"]) == (
        "image/webp",
        b"WEBP",
        "no-store",
    )
    for path in ("halaman/9/gambar", "halaman/1/gambar?versi=7", "versi/7", "versi/7/dokumen.pdf"):
        assert desk.client.get(f"/dokumen/{paper}/{path}").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"tindakan": "hapus"},
        {"versi": "x"},
        {"halaman": "-1"},
        {"tindakan": "kembalikan", "ke": "99"},
    ],
)
def test_a_form_that_nobody_made_changes_nothing(
    desk: Visitor, paper: UUID, wrong: dict[str, str]
) -> None:
    given = {
        "versi": "1",
        "halaman": "1",
        "tindakan": "putar_kanan",
        "csrf_token": desk.token(),
        **wrong,
    }
    assert desk.client.post(f"/dokumen/{paper}/periksa", data=given).status_code in (400, 404)
    assert "versi 1" in desk.open(f"/dokumen/{paper}/periksa").words


def test_the_list_is_for_who_checks_and_names_what_is_doubted(
    desk: Visitor, visit: Callable[[str], Visitor], person: Callable[..., Actor]
) -> None:
    assert "2 kata meragukan" in desk.open("/periksa-mutu").words
    desk.follow("Mulai memeriksa")
    assert "Halaman 1 dari 3" in desk.words
    person("lain", "petugas")
    assert visit("lain").open("/periksa-mutu").answer.status_code == 403
