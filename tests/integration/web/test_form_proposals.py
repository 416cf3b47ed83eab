"""What was read on a paper, below the questions of a form: taken by a press, without a script
too.
"""

from uuid import UUID

from sqlalchemy import select

from archive import documents
from tests.integration.services import scans
from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from tests.unit.ocr.fields.written import CARD, page
from workflow_app.domain import SYSTEM
from workflow_app.models import AuditEvent
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import reading

LETTER = (
    "PEMERINTAH DESA CONTOH",
    "Nomor : 140/17/DS-CTH/2026",
    "Perihal : Pengantar kehilangan",
    "Contoh, 12 November 2026",
)


def with_card(visitor: Visitor, works: Works) -> UUID:
    """Identity is asked, and a card that the citizen brought was read."""
    desk.begin(visitor).submit("Unggah", {"unggah.kartu": [(scans.picture(), "ktp.png")]})
    paper = UUID(
        next(box.get("value") for box in visitor.page().iter("input") if box.get("name") == "kartu")
    )
    with works.begin(SYSTEM) as work:
        documents.save_pages(work.session, paper, [reading.page_text(page(*CARD))])
    visitor.submit(desk.NEXT, sikap=["sapa"], perkenalan="ya")
    return paper


def value_of(visitor: Visitor, name: str) -> str:
    return next(
        box.get("value") or "" for box in visitor.page().iter("input") if box.get("name") == name
    )


def press(visitor: Visitor, field: str, **typed: str) -> None:
    """The button below this question."""
    key = next(
        button.get("value")
        for button in visitor.page().iter("button")
        if (button.get("value") or "").startswith(f"pakai.{field}.")
    )
    visitor.submit("Simpan dulu", **{"tombol": key, **typed})


def test_nothing_is_filled_in_until_it_is_taken_and_the_rest_stays(
    at_desk: Visitor, works: Works
) -> None:
    with_card(at_desk, works)
    assert "Terbaca: 6306054103050002 (Foto KTP atau KK, yakin 95 %)" in at_desk.words
    assert "Terbaca: 01-03-2005" in at_desk.words
    assert "Terbaca: Perempuan" in at_desk.words
    assert [value_of(at_desk, name) for name in ("nik", "nama", "tanggal_lahir")] == ["", "", ""]

    press(at_desk, "nik", pekerjaan="Penenun contoh")
    press(at_desk, "tanggal_lahir")

    assert value_of(at_desk, "nik") == "6306054103050002"
    assert value_of(at_desk, "tanggal_lahir") == "01-03-2005"
    assert value_of(at_desk, "pekerjaan") == "Penenun contoh"
    assert value_of(at_desk, "nama") == ""
    assert "Sama dengan yang terbaca pada Foto KTP atau KK." in at_desk.words
    assert "6306054103050002" not in at_desk.path
    with works.begin(SYSTEM) as work:
        taken = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "answer.taken")
        ).all()
        assert [event.details["field"] for event in taken] == ["nik", "tanggal_lahir"]
        assert "6306054103050002" not in str([event.details for event in taken])


def test_the_place_is_shown_on_the_page_of_the_paper(at_desk: Visitor, works: Works) -> None:
    paper = with_card(at_desk, works)
    at_desk.follow("Lihat tempatnya")
    assert at_desk.path == f"/dokumen/{paper}"
    assert "NIK 6306054103050002 yakin 95 %" in at_desk.words


def test_r54_a_line_of_the_checklist_takes_number_and_day_from_the_letter_handed_in_there(
    at_desk: Visitor, works: Works
) -> None:
    line = "persyaratan.ktp_03"
    desk.to_requirements(at_desk, "KTP")
    at_desk.submit("Unggah", {f"unggah.{line}.documents": [(scans.picture("Pengantar"), "a.png")]})
    paper = UUID(value_of(at_desk, f"{line}.documents"))
    asked = f"{at_desk.path.split('#')[0]}/terbaca"
    assert at_desk.client.get(asked).json == {
        "offers": {},
        "states": {str(paper): "Menunggu dibaca"},
        "is_reading": True,
    }
    with works.begin(SYSTEM) as work:
        documents.save_pages(work.session, paper, [reading.page_text(page(*LETTER))])
    offers = at_desk.client.get(asked).json["offers"]
    assert offers.keys() == {line}
    assert "Nomor terbaca: <strong>140/17/DS-CTH/2026</strong>" in offers[line]

    at_desk.open(at_desk.path)
    assert (
        "Tanggal terbaca: 12-11-2026 (Pengantar dari Kepala Desa/Lurah dan Dukcapil, yakin 95 %)"
        in at_desk.words
    )
    press(at_desk, f"{line}.number", **{f"{line}.given": "ya", "catatan": "Tunggu sebentar"})
    assert "Nomor: sama dengan yang terbaca" in at_desk.words
    press(at_desk, f"{line}.date")
    assert "Penerbit terbaca" not in at_desk.words, "a line with number and day asks no more"
    assert value_of(at_desk, f"{line}.number") == "140/17/DS-CTH/2026"
    assert value_of(at_desk, f"{line}.date") == "12-11-2026"
    assert value_of(at_desk, f"{line}.issuer") == ""
    assert "Tunggu sebentar" in at_desk.text


def test_a_press_that_names_nothing_is_refused(at_desk: Visitor, works: Works) -> None:
    paper = with_card(at_desk, works)
    for key, status in (("pakai.", 400), ("pakai.hantu.x", 400), (f"pakai.nik.{paper}.7", 409)):
        at_desk.submit("Simpan dulu", tombol=key)
        assert at_desk.answer.status_code == status
        at_desk.open(at_desk.path)
