"""A stack splits itself at its cover sheets; what nobody can place waits for a person (R39)."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import select

from archive.models import Document
from tests.integration.conftest import PROCESSES
from tests.integration.services import stacks as made
from tests.integration.services.stacks import Desk, brought, code_of, in_tray, parts_of
from tests.unit.ocr import fed
from workflow_app.domain import (
    SYSTEM,
    Actor,
    Answers,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    StorageAway,
)
from workflow_app.models import Case, CaseDocument, PaperStack, StackPart, Task
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents, reading
from workflow_app.services.intake import cover_sheets, stacks
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases, drafts, tasks, tray


def test_r39_a_stack_of_mixed_papers_splits_itself(works: Works, budi: Actor, desk: Desk) -> None:
    """A loose page, two covers one of them upside down, a blank page, the same page twice, a cover
    from elsewhere.
    """
    first, second = code_of(works, desk.task_id), code_of(works, desk.task_id, "ktp_02")
    foreign = first[:-1] + ("A" if first[-1] != "A" else "B")
    data = made.pdf(
        fed.sheet("Halaman lepas contoh"),
        fed.cover(first),
        fed.sheet("Fotokopi contoh pertama"),
        fed.blank(),
        fed.upside_down(fed.sheet("Fotokopi contoh kedua")),
        fed.upside_down(fed.cover(second)),
        fed.sheet("Fotokopi contoh ketiga"),
        fed.cover(first),
        fed.sheet("Fotokopi contoh ketiga"),
        fed.cover(foreign),
        fed.sheet("Surat contoh dari luar"),
    )
    stack_id = brought(works, budi, data)
    assert stacks.split(works, stack_id) == "split"
    landed = ("landed", desk.case_id, "")
    assert parts_of(works, stack_id) == [
        ([1], "tray", None, cover_sheets.NO_COVER),
        ([3, 5], *landed),
        ([7], *landed),
        ([9], *landed),
        ([10, 11], "tray", None, cover_sheets.NOT_OURS),
    ]
    with works.begin(budi) as work:
        papers = documents.for_case(work, desk.case_id)
        scanned = [paper for paper in papers if paper.element == "periksa_persyaratan"]
        assert sorted(paper.pages for paper in scanned) == [1, 2], (
            "the page that came twice is kept once"
        )
        case, task = (
            work.session.get_one(Case, desk.case_id),
            work.session.get_one(Task, desk.task_id),
        )
        slots = cover_sheets.slots(work, case, task)
        assert {paper.label for paper in scanned} <= {slot.label for slot in slots}
        whole = work.session.get_one(PaperStack, stack_id)
        assert (whole.pages, whole.pages_seen) == (11, 11)
        assert list(unit_of_work.verify_chains(work)) == []


def test_r39_a_stack_begun_again_makes_no_part_twice(
    works: Works, budi: Actor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of(works, desk.task_id)
    stack_id = brought(
        works,
        budi,
        made.pdf(fed.sheet("Lepas contoh ulang"), fed.cover(code), fed.sheet("Isi ulang")),
    )
    settle, calls = cover_sheets.settle, []

    def die_at_the_second(*given: object) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise StorageAway
        settle(*given)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(cover_sheets, "settle", die_at_the_second)
    with pytest.raises(StorageAway):
        stacks.split(works, stack_id)
    assert [status for _, status, *_ in parts_of(works, stack_id)] == ["tray"]
    assert stacks.split(works, stack_id) == "split"
    assert [status for _, status, *_ in parts_of(works, stack_id)] == ["tray", "landed"]
    assert stacks.split(works, stack_id) == "split"
    assert len(calls) == 3


def test_a_stack_that_breaks_is_kept_says_so_and_is_tried_again(
    works: Works, budi: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack_id = brought(works, budi, made.pdf(fed.sheet("Contoh yang gagal dipilah")))
    with monkeypatch.context() as patch:
        patch.setattr(stacks, "_shares", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            stacks.split(works, stack_id)
    with works.begin(budi) as work:
        (shown,) = tray.show(work).stacks
        assert (shown.status, shown.reason) == ("failed", stacks.UNSPLIT)
        stacks.retry(work, stack_id)
    assert stacks.split(works, stack_id) == "split"


def test_the_same_file_brought_twice_is_one_stack_and_the_whole_is_for_who_brought_it(
    works: Works, budi: Actor, person: Callable[..., Actor]
) -> None:
    data = made.pdf(fed.sheet(f"Contoh {uuid4()}"))
    with works.begin(budi) as work:
        first, second = stacks.bring(work, data), stacks.bring(work, data)
        assert stacks.original(work, first.stack_id).data == data
    with works.begin(person("rekan", "petugas")) as work, pytest.raises(NotFound):
        stacks.original(work, first.stack_id)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.stack_id == second.stack_id


def test_r39_a_case_that_has_ended_takes_no_more_papers(
    works: Works, budi: Actor, desk: Desk
) -> None:
    code = code_of(works, desk.task_id)
    with works.begin(budi) as work:
        cases.cancel(work, desk.case_id, "Contoh: warga membatalkan")
    stack_id = brought(works, budi, made.pdf(fed.cover(code), fed.sheet("Contoh terlambat")))
    stacks.split(works, stack_id)
    assert parts_of(works, stack_id) == [([2], "tray", None, cover_sheets.CLOSED)]


def test_a_cover_sheet_of_another_unit_lands_nowhere(works: Works, tono: Actor, desk: Desk) -> None:
    code = code_of(works, desk.task_id)
    stack_id = brought(works, tono, made.pdf(fed.cover(code), fed.sheet("Contoh unit lain")))
    stacks.split(works, stack_id)
    assert parts_of(works, stack_id) == [([2], "tray", None, cover_sheets.NOT_OURS)]
    with works.begin(SYSTEM) as work:
        linked = select(CaseDocument).where(
            CaseDocument.case_id == desk.case_id, CaseDocument.element == "periksa_persyaratan"
        )
        assert work.session.scalars(linked).all() == []


def test_r23_nothing_but_the_step_is_in_a_cover_sheet(works: Works, desk: Desk) -> None:
    assert code_of(works, desk.task_id).split("/")[:3] == ["SENTRA1", desk.task_id.hex, "ktp_01"]


def test_who_does_not_handle_papers_brings_none(works: Works, person: Callable[..., Actor]) -> None:
    with works.begin(person("pim", "pimpinan")) as work, pytest.raises(Forbidden):
        stacks.bring(work, made.pdf(fed.sheet("Contoh")))


def test_a_file_that_is_no_paper_is_refused(works: Works, budi: Actor) -> None:
    with works.begin(budi) as work, pytest.raises(InvalidInput):
        stacks.bring(work, b"bukan dokumen")


def test_r39_a_person_places_what_no_cover_sheet_did(
    works: Works, budi: Actor, tono: Actor, desk: Desk
) -> None:
    """The number that is read on the page leads to the case; another unit neither sees nor places
    it.
    """
    with works.begin(budi) as work:
        number = cases.get(work, desk.case_id).number
    stack_id = in_tray(works, budi, f"Nomor {number} tentang contoh")
    with works.begin(SYSTEM) as work:
        document_id = work.session.get_one(StackPart, (stack_id, 1)).document_id
    reading.read_document(works, document_id)
    with works.begin(budi) as work:
        (part,) = tray.show(work).parts
        assert (part.reason, part.paper.can_read) == (cover_sheets.NO_COVER, True)
        assert [hit.number for hit in part.likely] == [number]
    with works.begin(tono) as work:
        assert tray.show(work).parts == []
        with pytest.raises(NotFound):
            tray.place(work, stack_id, 1, number, "Surat", max_megabytes=50)
    with works.begin(budi) as work:
        with pytest.raises(InvalidInput):
            tray.place(work, stack_id, 1, "B-1999-000001", "Surat", max_megabytes=50)
        assert tray.place(work, stack_id, 1, number, "Surat", max_megabytes=50) == number
        assert tray.show(work).parts == []
        assert document_id in {paper.id for paper in documents.for_case(work, desk.case_id)}
        assert work.session.get_one(Document, document_id).origin == "upload", (
            "it is that case's to show now, no longer the archive's"
        )
        with pytest.raises(Conflict):
            tray.keep_in_archive(work, stack_id, 1)


def test_r39_what_belongs_to_no_case_stays_in_the_archive(works: Works, budi: Actor) -> None:
    stack_id = in_tray(works, budi, "Brosur contoh tanpa berkas")
    with works.begin(budi) as work:
        tray.keep_in_archive(work, stack_id, 1)
        assert tray.show(work).parts == []
        part = work.session.get_one(StackPart, (stack_id, 1))
        assert documents.get(work, part.document_id).can_read


def test_r39_papers_that_came_by_cover_sheet_stand_in_the_form(
    works: Works, person: Callable[..., Actor]
) -> None:
    """Also where a draft was saved meanwhile by a page that did not know of them."""
    archivist = person("arsip", "arsiparis")
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "digitisation")
    with works.begin(archivist) as work:
        first = cases.start(work, "digitisation")
        assert first.task_id is not None
        answers: Answers = {
            "cakupan": "surat",
            "uraian": "Surat contoh",
            "tahun_awal": 2019,
            "jumlah_lembar": 1,
            "keadaan": "baik",
            "tempat_sekarang": "Gudang contoh",
        }
        tasks.complete(work, first.task_id, answers, str(uuid4()))
        query = select(Task.id).where(Task.case_id == first.case_id, Task.status == "open")
        task_id = work.session.scalars(query).one()
    code = code_of(works, task_id, "hasil_pindai")
    stack_id = brought(works, archivist, made.pdf(fed.cover(code), fed.sheet("Surat lama contoh")))
    stacks.split(works, stack_id)
    with works.begin(archivist) as work:
        drafts.save(work, task_id, {"lembar_terpindai": 1})
        part = work.session.get_one(StackPart, (stack_id, 1))
        shown = tasks.get(work, task_id).answers
        assert shown["hasil_pindai"] == [str(part.document_id)]
        assert shown["lembar_terpindai"] == 1
