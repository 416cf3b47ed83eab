"""A box of old papers: registered once, one case a bundle, and minutes that say what became of all
of it (R37 to R39).
"""

from collections.abc import Callable
from uuid import uuid4

import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import event, func, select

from archive.models import Document
from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.open_tasks import task_of
from tests.integration.services.archive_boxes import (
    THREE,
    URL,
    accept,
    bundles_of,
    complete,
    finish,
    minutes,
    register,
)
from tests.integration.services.stacks import pdf
from tests.unit.ocr import fed
from workflow_app.domain import (
    SYSTEM,
    AccessLevel,
    Actor,
    Answers,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
)
from workflow_app.models import Case, CaseDocument, CaseKinship
from workflow_app.services.cases import related_cases
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import classification
from workflow_app.services.intake import cover_sheets, stacks
from workflow_app.services.letters import digitisation, letters, printing
from workflow_app.services.operations import consistency_cases
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import archive_batches, cases
from workflow_app.services.workflow.archive_batches import AskedBox, AskedBundle


@pytest.fixture
def archivist(works: Works, person: Callable[..., Actor]) -> Actor:
    with works.begin(SYSTEM) as work:
        for name in ("digitisation", "archive_batch"):
            definitions.deploy(work, PROCESSES / name)
    return person("arsip", "arsiparis")


def test_r39_a_box_of_three_bundles_is_four_cases_and_one_pdf_of_covers(
    works: Works, archivist: Actor
) -> None:
    box = register(works, archivist)
    assert (box.bundles, box.waiting, box.is_closed) == (3, 3, False)
    bundles = bundles_of(works, box)
    with works.begin(archivist) as work:
        assert [one.case_id for one in archive_batches.lately(work)] == [box.case_id]
        family = related_cases.of_case(work, work.session.get_one(Case, box.case_id))
        assert [(kin.case_id, kin.reason) for kin in family.kin] == [
            (one, archive_batches.REASON) for one in bundles
        ]
        sheets = cover_sheets.of_children(work, box.case_id)
        data = cover_sheets.printed(work, sheets)
        assert list(unit_of_work.verify_chains(work)) == []
        assert list(consistency_cases.check_consistency_case(work)) == []
    document = pypdfium2.PdfDocument(data)
    assert (len(sheets), len(document)) == (3, 3)
    for case_id in bundles:
        assert task_of(works, case_id, "pindai").assignee_id == archivist.user_id


def test_r39_the_printed_covers_bring_the_stack_home(works: Works, archivist: Actor) -> None:
    box = register(works, archivist)
    with works.begin(archivist) as work:
        printed = pypdfium2.PdfDocument(
            cover_sheets.printed(work, cover_sheets.of_children(work, box.case_id))
        )
    pages: list[Image.Image] = []
    for no, page in enumerate(printed):
        pages += [
            page.render(scale=150 / 72).to_pil().convert("L").resize(fed.SIZE),
            fed.sheet(f"Isi bundel {no}"),
        ]
    with works.begin(archivist) as work:
        stack_id = stacks.bring(work, pdf(*pages)).stack_id
    assert stacks.split(works, stack_id) == "split"
    with works.begin(SYSTEM) as work:
        query = (
            select(CaseDocument.case_id)
            .where(CaseDocument.element == "pindai")
            .order_by(CaseDocument.case_id)
        )
        assert list(work.session.scalars(query)) == sorted(bundles_of(works, box))


def test_r38_the_minutes_say_how_much_by_whom_and_the_list_says_each_hash(
    works: Works, archivist: Actor, clock: TestClock
) -> None:
    box = register(works, archivist)
    first, second, third = bundles_of(works, box)
    papers = [
        accept(works, archivist, first, "Isi satu", "B/11/2019"),
        accept(works, archivist, second, "Isi dua"),
    ]
    with pytest.raises(Conflict, match="1 bundel") as caught:
        minutes(works, archivist, box.case_id)
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Case, third).number in caught.value.sentence
        assert letters.of_case(work, box.case_id) == []
        classification.raise_to(work, papers[1], AccessLevel.RESTRICTED)
        hashes = [work.session.get_one(Document, paper).blob_sha256 for paper in papers]
    with works.begin(archivist) as work:
        cases.cancel(work, third, "Bundel ini terdaftar dua kali.")
    told = minutes(works, archivist, box.case_id)
    for part in (
        "BA-AM/1/XI/2026", "kotak K-7, 3 bundel terdaftar", "Ruang arsip", "Pemindai contoh",
        "Dipindai, 300 dpi",
        "2 berkas, 4 lembar, 2 halaman, 2 dokumen elektronik",
        "1 berkas yang pendaftarannya dibatalkan", "KA SPKT",
        "Pelaksana alih media", "bukan tanda tangan elektronik tersertifikasi", archivist.name,
    ):  # fmt: skip
        assert part in told["berita_acara"], part
    for part in (
        "DA-AM/1/XI/2026", "Lampiran Berita Acara Alih Media nomor BA-AM/1/XI/2026",
        "Nomor B/11/2019", "Surat masuk bundel 1",
        "2019 - 2020", "Ruang arsip, rak 9", digitisation.RESTRICTED, "Tingkat akses: terbatas",
        "2 lembar 1 halaman",
    ):  # fmt: skip
        assert part in told["daftar_arsip"], part
    assert "Surat masuk bundel 2" not in told["daftar_arsip"]
    assert all(found in told["daftar_arsip"].replace(" ", "") for found in hashes)

    with works.begin(SYSTEM) as work:
        before = [(letter.document_id, letter.id) for letter in letters.of_case(work, box.case_id)]
        classification.raise_to(work, papers[0], AccessLevel.SECRET)
    with works.begin(SYSTEM) as work:
        again = [printing.render(work, letter_id, public_url=URL) for _, letter_id in before]
    assert again == [document_id for document_id, _ in before], "what was issued stays as it was"

    complete(
        works,
        archivist,
        box.case_id,
        "periksa_ba",
        {"isi_ba": "salah", "kesalahan_ba": "Alatnya keliru."},
    )
    told = minutes(works, archivist, box.case_id)
    assert "BA-AM/2/XI/2026" in told["berita_acara"]
    complete(works, archivist, box.case_id, "periksa_ba", {"isi_ba": "benar"})
    finish(works, box.case_id)
    with works.begin(archivist) as work:
        assert cases.get(work, box.case_id).outcome == "selesai"
        assert [one.is_closed for one in archive_batches.lately(work)] == [True]


def take_in_single(works: Works, archivist: Actor, words: str) -> None:
    """A paper that stands in no box becomes archive."""
    with works.begin(archivist) as work:
        case_id = cases.start(work, "digitisation").case_id
    told: Answers = {
        "cakupan": "surat", "uraian": words, "tahun_awal": 2018, "jumlah_lembar": 2,
        "keadaan": "rapuh",
        "tempat_sekarang": "Gudang",
    }  # fmt: skip
    complete(works, archivist, case_id, "daftar", told)
    accept(works, archivist, case_id, words)


def test_r38_papers_without_a_box_are_told_by_the_days_of_their_acceptance(
    works: Works, archivist: Actor, clock: TestClock
) -> None:
    take_in_single(works, archivist, "Diterima hari Senin")
    boxed = register(works, archivist, AskedBundle("Bundel dalam kotak", "2019", "", "2"))
    accept(works, archivist, bundles_of(works, boxed)[0], "Isi bundel kotak")
    clock.at = clock.at.replace(hour=16)  # 00.00 WITA, Tuesday
    take_in_single(works, archivist, "Diterima hari Selasa")
    clock.advance(days=1)
    with works.begin(archivist) as work:
        batch = cases.start(work, "archive_batch").case_id
    complete(works, archivist, batch, "periode", {"dari": "2026-11-24", "sampai": "2026-11-24"})
    told = minutes(works, archivist, batch, on="2026-11-24")
    assert "Diterima hari Selasa" in told["daftar_arsip"]
    assert "Rapuh" in told["daftar_arsip"]
    assert (
        "hari Senin" not in told["daftar_arsip"]
        and "Bundel dalam kotak" not in told["daftar_arsip"]
    )
    assert "24 November 2026" in told["berita_acara"]


def test_r38_a_period_with_too_many_cases_is_refused_and_its_papers_are_asked_for_at_once(
    works: Works, archivist: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ("Surat pertama", "Surat kedua"):
        take_in_single(works, archivist, words)
    with works.begin(archivist) as work:
        batch = cases.start(work, "archive_batch").case_id
    complete(works, archivist, batch, "periode", {"dari": "2026-11-23", "sampai": "2026-11-23"})
    with works.begin(archivist) as work:
        asked: list[str] = []
        event.listen(
            work.session, "do_orm_execute", lambda state: asked.append(str(state.statement))
        )
        listed = digitisation.of_batch(work, work.session.get_one(Case, batch))
    assert [item["uraian"] for item in listed["butir"]] == ["Surat pertama", "Surat kedua"]
    assert all(len(item["hash"]) == 1 for item in listed["butir"])
    assert sum("document.blob_sha256" in query for query in asked) == 1
    monkeypatch.setattr(digitisation, "MOST_OF_PERIOD", 1)
    with pytest.raises(Conflict, match="lebih dari 1 berkas"):
        minutes(works, archivist, batch)
    monkeypatch.setattr(digitisation, "MOST_OF_PERIOD", 2)
    assert "Surat kedua" in minutes(works, archivist, batch)["daftar_arsip"]


def test_a_batch_of_nothing_says_so(works: Works, archivist: Actor) -> None:
    with works.begin(archivist) as work:
        batch = cases.start(work, "archive_batch").case_id
    complete(works, archivist, batch, "periode", {"dari": "2026-11-22", "sampai": "2026-11-22"})
    told = minutes(works, archivist, batch)
    assert "Nihil" in told["berita_acara"] and "Nihil" in told["daftar_arsip"]


def test_the_same_token_registers_a_box_once(works: Works, archivist: Actor) -> None:
    token = str(uuid4())
    assert register(works, archivist, token=token) == register(works, archivist, token=token)
    with works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.count()).select_from(CaseKinship)) == 3


def test_a_fault_is_told_at_its_bundle_and_nothing_is_registered(
    works: Works, archivist: Actor
) -> None:
    wrong = (
        AskedBundle("Ab", "2019", "", "2"),
        AskedBundle("Surat keluar", "", "", "banyak"),
        AskedBundle("Surat", "1800", "", "0", "basah"),
    )
    with pytest.raises(InvalidInput) as caught:
        register(works, archivist, *wrong, box="")
    assert set(caught.value.fields) == {
        "kotak", "uraian-1", "tahun_awal-2", "jumlah_lembar-2", "tahun_awal-3", "jumlah_lembar-3",
        "keadaan-3",
    }  # fmt: skip
    for many in ((), THREE * 14):
        with works.begin(archivist) as work, pytest.raises(InvalidInput, match="1 sampai 40"):
            archive_batches.register(work, AskedBox("K", "Gudang", many), "x")
    with works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.count()).select_from(CaseKinship)) == 0


def test_only_archivists_of_the_unit_register_boxes_and_print_their_covers(
    works: Works, archivist: Actor, budi: Actor, person: Callable[..., Actor]
) -> None:
    with pytest.raises(Forbidden):
        register(works, budi)
    box = register(works, archivist)
    elsewhere = person("jauh", "arsiparis", unit="lain")
    with works.begin(elsewhere) as work:
        assert archive_batches.lately(work) == []
        with pytest.raises(NotFound):
            cover_sheets.of_children(work, box.case_id)
    with works.begin(budi) as work, pytest.raises(NotFound):
        cover_sheets.of_children(work, box.case_id)
