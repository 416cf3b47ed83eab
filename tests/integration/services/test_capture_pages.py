"""A phone is the scanner of a desk: what its pages become (R39, decision 0038)."""

import io
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from archive.blobs import Blobs
from archive.models import Rendition, RenditionKind
from tests.integration.services import photos
from tests.integration.services.desk import new_case
from tests.integration.services.photos import LABEL, add, held, papers_of, photo, send
from tests.integration.services.stacks import Desk
from tests.unit.ocr.papers import tiff
from tests.unit.ocr.test_many_pictures import heic
from workflow_app.connections import blobs as blobs_of
from workflow_app.domain import PUBLIC, SYSTEM, Actor, InvalidInput, NotFound, StorageAway
from workflow_app.models import CapturePage, Case, CaseDocument
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents
from workflow_app.services.intake import capture_pages, captures
from workflow_app.services.retention import holdings
from workflow_app.services.workflow import drafts, tasks
from workflow_app.settings import Settings


def test_r39_pages_of_a_phone_become_one_paper_under_their_question(
    works: Works, budi: Actor, desk: Desk, session_id: UUID, device: str
) -> None:
    add(works, device, "Halaman satu", "Halaman dua", "Halaman tiga")
    assert papers_of(works, desk) == [], "nothing is in the case before it is sent"

    send(works, device)

    assert papers_of(works, desk) == [(LABEL, 3)]
    with works.begin(budi) as work:
        ((_, document_id),) = captures.arrived(work, desk.task_id)
        assert documents.get(work, document_id).photo_pages == (1, 2, 3)
        kept = [documents.content(work, document_id, "photo", no).data for no in (1, 2, 3)]
        assert kept == [photo(words) for words in ("Halaman satu", "Halaman dua", "Halaman tiga")]
        shown = tasks.get(work, desk.task_id).answers
        assert shown["persyaratan"]["ktp_01"]["documents"] == [str(document_id)]  # type: ignore[index,call-overload]  # as the form has it
        added_by = select(CaseDocument.added_by).where(CaseDocument.document_id == document_id)
        assert work.session.scalar(added_by) == budi.user_id


def test_one_page_is_the_photo_itself_and_apart_each_is_a_paper(
    works: Works, desk: Desk, device: str
) -> None:
    add(works, device, "Hanya satu")
    send(works, device)
    add(works, device, "Berkas kedua", "Berkas ketiga")
    send(works, device, is_apart=True)

    assert papers_of(works, desk) == [(LABEL, 1)] * 3
    with works.begin(SYSTEM) as work:
        photos_beside = select(Rendition.document_id).where(Rendition.kind == RenditionKind.PHOTO)
        assert work.session.scalars(photos_beside).all() == [], (
            "the photo is the paper, nothing lies beside it"
        )


def test_sent_twice_is_one_paper(works: Works, desk: Desk, device: str) -> None:
    key = uuid4()
    add(works, device, "Halaman satu", "Halaman dua")
    send(works, device, key)
    send(works, device, key)
    assert papers_of(works, desk) == [(LABEL, 2)]

    with pytest.raises(InvalidInput, match="Belum ada foto"):
        send(works, device)


def test_an_upload_that_is_repeated_is_one_page(works: Works, device: str) -> None:
    add(works, device, "Halaman satu", "Halaman satu")
    assert len(photos.pages_of(works, device)) == 1


def test_a_page_taken_again_whose_answer_was_lost_is_simply_repeated(
    works: Works, device: str
) -> None:
    add(works, device, "Dua kabur")
    (blurred,) = photos.pages_of(works, device)
    for _ in range(2):
        with works.begin(PUBLIC) as work:
            capture_pages.add(held(work, device), photo("Dua"), replaces=blurred.id)
    (again,) = photos.pages_of(works, device)
    assert (again.no, again.id != blurred.id) == (blurred.no, True)
    with works.begin(PUBLIC) as work, pytest.raises(NotFound):
        capture_pages.add(held(work, device), photo("Lain"), replaces=blurred.id)
    assert len(photos.pages_of(works, device)) == 1


def test_pages_are_taken_again_put_in_order_and_taken_off(works: Works, device: str) -> None:
    add(works, device, "Satu", "Dua kabur", "Tiga")
    first, blurred, third = photos.pages_of(works, device)
    with works.begin(PUBLIC) as work:
        capture_pages.add(held(work, device), photo("Dua"), replaces=blurred.id)
    again = photos.pages_of(works, device)
    assert [page.no for page in again] == [first.no, blurred.no, third.no]
    assert again[1].blob_sha256 != blurred.blob_sha256

    with works.begin(PUBLIC) as work:
        capture_pages.move_up(held(work, device), third.id)
        capture_pages.move_up(held(work, device), first.id)
    assert [page.id for page in photos.pages_of(works, device)] == [first.id, third.id, again[1].id]

    with works.begin(PUBLIC) as work:
        capture_pages.remove(held(work, device), third.id)
        capture_pages.remove(held(work, device), third.id)
    assert [page.id for page in photos.pages_of(works, device)] == [first.id, again[1].id]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"bukan foto", "bukan gambar"),
        (b"", "kosong"),
        (photo("Terpotong")[:900], "terpotong|rusak"),
        (b"%PDF-1.4 contoh", "rusak|terpotong|hanya foto"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "bukan gambar"),
    ],
)
def test_what_is_no_photo_is_refused_and_nothing_is_kept(
    works: Works, device: str, data: bytes, sentence: str
) -> None:
    with works.begin(PUBLIC) as work, pytest.raises(InvalidInput, match=sentence):
        capture_pages.add(held(work, device), data)
    assert photos.pages_of(works, device) == []


def test_a_photo_that_holds_several_pictures_is_taken_and_a_stack_of_pages_is_not(
    works: Works, desk: Desk, device: str
) -> None:
    """As some phones write, which look with two lenses; a scan of several pages is no photo."""
    first, second = Image.new("RGB", (620, 877), "white"), Image.new("RGB", (620, 877), "beige")
    with works.begin(PUBLIC) as work:
        capture_pages.add(held(work, device), heic(first, second))
    with works.begin(PUBLIC) as work, pytest.raises(InvalidInput, match="hanya foto"):
        capture_pages.add(held(work, device), tiff([first.convert("L"), second.convert("L")]))
    assert len(photos.pages_of(works, device)) == 1
    add(works, device, "Halaman dua")
    send(works, device)
    assert papers_of(works, desk) == [(LABEL, 2)]


def test_a_photo_that_is_too_large_and_one_page_too_many_are_refused(
    works: Works, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = photo("Besar") + bytes(1_100_000)
    with works.begin(PUBLIC) as work, pytest.raises(InvalidInput, match="paling besar 1 MB"):
        capture_pages.add(held(work, device), large, max_megabytes=1)
    monkeypatch.setattr(capture_pages, "MOST_PAGES", 1)
    add(works, device, "Satu")
    with pytest.raises(InvalidInput, match="Kirim dulu"):
        add(works, device, "Dua")
    monkeypatch.setattr(capture_pages, "MOST_PAGES", 9)
    monkeypatch.setattr(capture_pages, "MOST_MEGABYTES", 0)
    with pytest.raises(InvalidInput, match="terlalu besar untuk satu berkas"):
        add(works, device, "Dua")


def test_a_photo_that_is_damaged_inside_is_named_when_it_is_sent(
    works: Works, desk: Desk, device: str
) -> None:
    content = io.BytesIO()
    Image.effect_noise((300, 400), 60).save(content, "PNG")
    damaged = bytearray(content.getvalue())
    damaged[9000:9400] = bytes(400)
    add(works, device, "Satu")
    with works.begin(PUBLIC) as work:
        capture_pages.add(held(work, device), bytes(damaged))
    with pytest.raises(InvalidInput, match="Foto halaman 2 rusak"):
        send(works, device)
    assert papers_of(works, desk) == []
    assert len(photos.pages_of(works, device)) == 2


def test_with_the_store_away_the_pages_wait_and_nothing_is_half_there(
    works: Works, settings: Settings, desk: Desk, device: str, blobs: Blobs
) -> None:
    add(works, device, "Satu", "Dua")
    away = blobs_of(settings.model_copy(update={"s3_endpoint": "127.0.0.1:9"}))
    broken = replace(works, blobs=away)
    with pytest.raises(StorageAway), broken.begin(PUBLIC) as work:
        capture_pages.send(held(work, device), uuid4())
    with pytest.raises(StorageAway), broken.begin(PUBLIC) as work:
        capture_pages.add(held(work, device), photo("Tiga"))
    assert papers_of(works, desk) == []
    assert len(photos.pages_of(works, device)) == 2

    send(works, device)
    assert papers_of(works, desk) == [(LABEL, 2)]


def test_what_is_taken_off_the_form_stays_off(
    works: Works, budi: Actor, desk: Desk, device: str
) -> None:
    add(works, device, "Salah foto")
    send(works, device)
    with works.begin(budi) as work:
        arrived = tasks.get(work, desk.task_id).answers
        drafts.save(work, desk.task_id, arrived)
    with works.begin(budi) as work:
        drafts.save(work, desk.task_id, {"persyaratan": {"ktp_01": {"given": True}}})
        shown = tasks.get(work, desk.task_id).answers
    assert shown["persyaratan"]["ktp_01"] == {"given": True}  # type: ignore[index,call-overload]  # as the form has it


def test_an_open_case_holds_the_photos_of_its_papers_too(
    works: Works, desk: Desk, device: str
) -> None:
    add(works, device, "Satu", "Dua")
    waiting = [page.blob_sha256 for page in photos.pages_of(works, device)]
    send(works, device)
    with works.begin(SYSTEM) as work:
        made = (
            select(CapturePage.document_id).where(CapturePage.blob_sha256.in_(waiting)).distinct()
        )
        (document_id,) = work.session.scalars(made)
        assert document_id is not None
        assert holdings.settle(work, document_id)
        stats = [work.blobs.stat(sha256) for sha256 in waiting]
    assert all(stat.is_held and stat.locked_until for stat in stats)


def test_a_photo_that_is_another_held_paper_stays_held(
    works: Works, budi: Actor, desk: Desk, device: str
) -> None:
    """Somebody brought one of the photos by itself too, to a case that goes on longer."""
    add(works, device, "Satu", "Dua")
    shared, own = (page.blob_sha256 for page in photos.pages_of(works, device))
    send(works, device)
    with works.begin(SYSTEM) as work:
        bound = work.session.scalars(select(CapturePage.document_id).distinct()).one()
        assert bound is not None
    with works.begin(budi) as work:
        case_id = new_case(work).id
        data = work.blobs.read(shared)
        single = documents.upload(work, case_id, element="uraian", label="Surat", data=data).id
    with works.begin(SYSTEM) as work:
        assert holdings.settle(work, bound)
        assert holdings.settle(work, single)
        case = work.session.get_one(Case, desk.case_id)
        case.status, case.outcome, case.closed_at = "done", "selesai", work.clock()
    with works.begin(SYSTEM) as work:
        assert holdings.settle(work, bound)
        assert [work.blobs.stat(sha256).is_held for sha256 in (shared, own)] == [True, False]
