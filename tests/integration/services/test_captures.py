"""A phone is the scanner of a desk: every end of the link, and what the pages become (R39, decision 0038)."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from archive.blobs import Blobs
from archive.models import Document, Rendition, RenditionKind
from tests.integration.conftest import TestClock
from tests.integration.services import photos
from tests.integration.services.photos import IDLE, LABEL, PLACE, held, photo
from tests.integration.services.stacks import Desk
from workflow_app.connections import blobs as blobs_of
from workflow_app.errors import Conflict, InvalidInput, NotFound, StorageAway
from workflow_app.models.audit import AuditEvent
from workflow_app.models.capture import Capture, CapturePage
from workflow_app.models.document import CaseDocument
from workflow_app.models.session import UserSession
from workflow_app.models.wall import CaseWall
from workflow_app.services.accounts import sessions, users
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.papers import capture_pages, captures, documents, holds
from workflow_app.services.running import drafts, tasks
from workflow_app.settings import Settings
from workflow_app.types import PUBLIC, SYSTEM, Actor, Answers


@pytest.fixture
def session_id(works: Works, budi: Actor) -> UUID:
    return photos.session_of(works, budi)


@pytest.fixture
def token(works: Works, budi: Actor, desk: Desk, session_id: UUID) -> str:
    """Budi, who has the checklist, shows a code at its first line."""
    return photos.shown(works, budi, desk.task_id, session_id)


@pytest.fixture
def device(works: Works, token: str) -> str:
    """The secret of the phone that took it up."""
    return photos.connected(works, token)


def add(works: Works, device: str, *words: str) -> None:
    for each in words:
        with works.begin(PUBLIC) as work:
            capture_pages.add(held(work, device), photo(each))


def send(works: Works, device: str, key: UUID | None = None, *, is_apart: bool = False) -> None:
    with works.begin(PUBLIC) as work:
        capture_pages.send(held(work, device), key or uuid4(), is_apart=is_apart)


def papers_of(works: Works, desk: Desk) -> list[tuple[str, int]]:
    """Label and pages of what came to the step."""
    query = select(CaseDocument.label, Document.pages).join(Document, Document.id == CaseDocument.document_id)
    query = query.where(CaseDocument.case_id == desk.case_id, CaseDocument.element == "periksa_persyaratan")
    with works.begin(SYSTEM) as work:
        return [(row.label, row.pages) for row in work.session.execute(query.order_by(CaseDocument.added_at))]


def is_over(works: Works, token: str, device: str = "") -> bool:
    """Does neither the code nor the phone that has it open anything?"""
    with works.begin(PUBLIC) as work:
        try:
            captures.by_device(work, device, IDLE) if device else captures.by_token(work, token, IDLE)
        except NotFound as error:
            assert error.sentence == captures.OVER
            return True
    return False


def test_r39_pages_of_a_phone_become_one_paper_under_their_question(
    works: Works, budi: Actor, desk: Desk, device: str
) -> None:
    add(works, device, "Halaman satu", "Halaman dua", "Halaman tiga")
    assert papers_of(works, desk) == [], "nothing is in the case before it is sent"

    send(works, device)

    assert papers_of(works, desk) == [(LABEL, 3)]
    with works.begin(budi) as work:
        (document_id,) = captures.of_task(work, desk.task_id, captures_session(works, desk))[PLACE].papers
        assert documents.get(work, document_id).photo_pages == (1, 2, 3)
        kept = [documents.content(work, document_id, "photo", no).data for no in (1, 2, 3)]
        assert kept == [photo(words) for words in ("Halaman satu", "Halaman dua", "Halaman tiga")]
        shown = tasks.get(work, desk.task_id).answers
        assert shown["persyaratan"]["ktp_01"]["documents"] == [str(document_id)]  # type: ignore[index,call-overload]  # as the form has it
        added_by = select(CaseDocument.added_by).where(CaseDocument.document_id == document_id)
        assert work.session.scalar(added_by) == budi.user_id


def captures_session(works: Works, desk: Desk) -> UUID:
    session_id = photos.captures_of(works, desk.task_id)[-1].session_id
    assert session_id is not None
    return session_id


def test_the_trail_says_who_opened_it_and_how_many_pages_came(
    works: Works, budi: Actor, desk: Desk, device: str
) -> None:
    add(works, device, "Halaman satu", "Halaman dua")
    send(works, device)
    with works.begin(budi) as work:
        captures.close(work, desk.task_id, PLACE)
        query = select(AuditEvent).where(
            AuditEvent.case_id == desk.case_id, AuditEvent.action.startswith("capture.")
        )
        told = list(work.session.scalars(query.order_by(AuditEvent.position)))
        work.session.expunge_all()
    assert [event.action.partition(".")[2] for event in told] == ["opened", "connected", "sent", "closed"]
    assert {event.actor_id for event in told} == {budi.user_id}
    assert [event.details.get("pages") for event in told] == [None, None, 2, None]
    assert {event.details["label"] for event in told} == {LABEL}


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


def test_a_second_phone_is_refused_and_the_first_goes_on(works: Works, token: str, device: str) -> None:
    with works.begin(PUBLIC) as work, pytest.raises(Conflict, match="ponsel lain"):
        captures.connect(captures.by_token(work, token, IDLE), "rahasia-ponsel-lain")
    with works.begin(PUBLIC) as work:
        assert captures.connect(captures.by_token(work, token, IDLE), device) == device


def test_the_link_is_over_when_it_is_closed_at_the_desk(
    works: Works, budi: Actor, desk: Desk, token: str, device: str
) -> None:
    with works.begin(budi) as work:
        captures.close(work, desk.task_id, PLACE)
        captures.close(work, desk.task_id, PLACE)
    assert is_over(works, token)
    assert is_over(works, token, device)


def test_the_link_is_over_after_two_hours_however_much_it_is_used(
    works: Works, clock: TestClock, session_id: UUID, token: str, device: str
) -> None:
    for minutes in range(10, 120, 10):
        clock.advance(minutes=10)
        with works.begin(SYSTEM) as work:
            work.session.get_one(UserSession, session_id).seen_at = work.clock()
        add(works, device, f"Halaman menit {minutes}")
    clock.advance(minutes=9)
    assert not is_over(works, token, device)
    clock.advance(minutes=2)
    assert is_over(works, token, device)


def test_an_unused_link_is_over_after_a_quarter_of_an_hour(
    works: Works, clock: TestClock, token: str
) -> None:
    clock.advance(minutes=14)
    assert not is_over(works, token)
    clock.advance(minutes=1)
    assert is_over(works, token)


def test_the_link_is_over_when_the_officer_signs_out(
    works: Works, budi: Actor, session_id: UUID, token: str, device: str
) -> None:
    with works.begin(budi) as work:
        sessions.sign_out(work, session_id)
    assert is_over(works, token, device)


def test_the_link_is_over_when_the_session_is_idle(works: Works, clock: TestClock, token: str) -> None:
    with works.begin(PUBLIC) as work:
        captures.by_token(work, token, timedelta(minutes=5))
    clock.advance(minutes=6)
    with works.begin(PUBLIC) as work, pytest.raises(NotFound):
        captures.by_token(work, token, timedelta(minutes=5))


def test_the_link_is_over_when_the_task_is_given_away(
    works: Works, budi: Actor, sari: Actor, person: Callable[..., Actor], desk: Desk, token: str, device: str
) -> None:
    colleague = person("rekan", "petugas")
    assert colleague.user_id is not None
    with works.begin(sari) as work:
        tasks.reassign(work, desk.task_id, colleague.user_id)
    assert is_over(works, token, device)


def test_the_link_is_over_when_the_task_is_released_or_done(
    works: Works, budi: Actor, desk: Desk, token: str, device: str
) -> None:
    given: Answers = {line: {"given": True} for line in ("ktp_01", "ktp_02")}
    with works.begin(budi) as work:
        tasks.release(work, desk.task_id)
    assert is_over(works, token, device)
    with works.begin(budi) as work:
        tasks.claim(work, desk.task_id)
        assert not is_over(works, token, device), "it is his again, and so is the link"
        tasks.complete(work, desk.task_id, {"persyaratan": given}, str(uuid4()))
    assert is_over(works, token, device)


def test_the_link_is_over_when_the_officer_loses_the_right(
    works: Works, budi: Actor, desk: Desk, token: str, device: str
) -> None:
    with works.begin(SYSTEM) as work:
        work.session.add(
            CaseWall(
                case_id=desk.case_id, user_id=budi.user_id, since=work.clock(), reason_key="lapor.terlapor"
            )
        )
    assert is_over(works, token, device)


@pytest.mark.parametrize("act", ["disable", "roles"])
def test_the_link_is_over_when_the_account_changes(works: Works, token: str, device: str, act: str) -> None:
    with works.begin(SYSTEM) as work:
        if act == "disable":
            users.disable(work, "budi")
        else:
            users.set_roles(work, "budi", ["arsiparis"])
    assert is_over(works, token, device)


def test_who_does_not_have_the_task_shows_no_link(
    works: Works, sari: Actor, tono: Actor, person: Callable[..., Actor], desk: Desk
) -> None:
    colleague = person("rekan", "petugas")
    for who, refusal in ((tono, NotFound), (colleague, Conflict)):
        session_id = photos.session_of(works, who)
        with works.begin(who) as work, pytest.raises(refusal):
            captures.open_link(work, desk.task_id, PLACE, session_id)


@pytest.mark.parametrize("place", ["", "persyaratan", "persyaratan.xx_99.documents", "catatan", "tidak_ada"])
def test_no_link_leads_to_what_is_no_question_for_papers(
    works: Works, budi: Actor, desk: Desk, session_id: UUID, place: str
) -> None:
    with works.begin(budi) as work, pytest.raises(InvalidInput):
        captures.open_link(work, desk.task_id, place, session_id)


def test_shown_twice_is_one_link_and_a_new_one_takes_the_pages_along(
    works: Works, budi: Actor, desk: Desk, session_id: UUID, token: str, device: str, clock: TestClock
) -> None:
    photos.shown(works, budi, desk.task_id, session_id)
    assert len(photos.captures_of(works, desk.task_id)) == 1
    add(works, device, "Satu", "Dua")
    clock.advance(minutes=16)

    new = photos.shown(works, budi, desk.task_id, session_id)

    assert new not in (token, "")
    assert is_over(works, token, device)
    assert len(photos.pages_of(works, photos.connected(works, new))) == 2


def test_two_questions_have_links_of_their_own(
    works: Works, budi: Actor, desk: Desk, session_id: UUID, device: str
) -> None:
    other = "persyaratan.ktp_02.documents"
    elsewhere = photos.connected(works, photos.shown(works, budi, desk.task_id, session_id, other))
    add(works, device, "Untuk yang pertama")
    assert photos.pages_of(works, elsewhere) == []
    (page,) = photos.pages_of(works, device)
    with works.begin(PUBLIC) as work:
        for act in (capture_pages.picture, capture_pages.move_up):
            with pytest.raises(NotFound):
                act(held(work, elsewhere), page.id)
        capture_pages.remove(held(work, elsewhere), page.id)
    assert len(photos.pages_of(works, device)) == 1


def test_the_table_holds_nothing_that_opens_a_link(works: Works, desk: Desk, token: str, device: str) -> None:
    (row,) = photos.captures_of(works, desk.task_id)
    told = str([getattr(row, column.name) for column in Capture.__table__.columns])
    assert token not in told
    assert device not in told
    assert len(token) == 32


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


def test_what_is_taken_off_the_form_stays_off(works: Works, budi: Actor, desk: Desk, device: str) -> None:
    add(works, device, "Salah foto")
    send(works, device)
    with works.begin(budi) as work:
        arrived = tasks.get(work, desk.task_id).answers
        drafts.save(work, desk.task_id, arrived)
    with works.begin(budi) as work:
        drafts.save(work, desk.task_id, {"persyaratan": {"ktp_01": {"given": True}}})
        shown = tasks.get(work, desk.task_id).answers
    assert shown["persyaratan"]["ktp_01"] == {"given": True}  # type: ignore[index,call-overload]  # as the form has it


def test_an_open_case_holds_the_photos_of_its_papers_too(works: Works, desk: Desk, device: str) -> None:
    add(works, device, "Satu", "Dua")
    waiting = [page.blob_sha256 for page in photos.pages_of(works, device)]
    send(works, device)
    with works.begin(SYSTEM) as work:
        made = select(CapturePage.document_id).where(CapturePage.blob_sha256.in_(waiting)).distinct()
        (document_id,) = work.session.scalars(made)
        assert document_id is not None
        assert holds.settle(work, document_id)
        stats = [work.blobs.stat(sha256) for sha256 in waiting]
    assert all(stat.is_held and stat.locked_until for stat in stats)


def test_pages_that_nobody_sent_are_forgotten_and_sent_ones_stay(
    works: Works, device: str, clock: TestClock
) -> None:
    add(works, device, "Terkirim")
    send(works, device)
    add(works, device, "Tidak terkirim")
    clock.advance(hours=23)
    with works.begin(SYSTEM) as work:
        assert captures.sweep(work) == 0
    clock.advance(hours=2)
    with works.begin(SYSTEM) as work:
        assert captures.sweep(work) == 1
        assert len(work.session.scalars(select(CapturePage)).all()) == 1
        assert len(work.session.scalars(select(Capture)).all()) == 1
