"""A phone is the scanner of a desk: every end of its link (R39, decision 0038)."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.conftest import TestClock
from tests.integration.services import photos
from tests.integration.services.photos import IDLE, LABEL, PLACE, add, held, send
from tests.integration.services.stacks import Desk
from workflow_app.domain import PUBLIC, SYSTEM, Actor, Answers, Conflict, InvalidInput, NotFound
from workflow_app.models import AuditEvent, Capture, CaseWall, UserSession
from workflow_app.services.accounts import sessions, users
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.intake import capture_pages, captures
from workflow_app.services.workflow import tasks


def is_over(works: Works, token: str, device: str = "") -> bool:
    """Does neither the code nor the phone that has it open anything?"""
    with works.begin(PUBLIC) as work:
        try:
            captures.by_device(work, device, IDLE) if device else captures.by_token(
                work, token, IDLE
            )
        except NotFound as error:
            assert error.sentence == captures.OVER
            return True
    return False


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
    assert [event.action.partition(".")[2] for event in told] == [
        "opened",
        "connected",
        "sent",
        "closed",
    ]
    assert {event.actor_id for event in told} == {budi.user_id}
    assert [event.details.get("pages") for event in told] == [None, None, 2, None]
    assert {event.details["label"] for event in told} == {LABEL}


def test_a_second_phone_is_refused_and_the_first_goes_on(
    works: Works, token: str, device: str
) -> None:
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


def test_the_link_is_over_when_the_session_is_idle(
    works: Works, clock: TestClock, token: str
) -> None:
    with works.begin(PUBLIC) as work:
        captures.by_token(work, token, timedelta(minutes=5))
    clock.advance(minutes=6)
    with works.begin(PUBLIC) as work, pytest.raises(NotFound):
        captures.by_token(work, token, timedelta(minutes=5))


def test_the_link_is_over_when_the_task_is_given_away(
    works: Works,
    budi: Actor,
    sari: Actor,
    person: Callable[..., Actor],
    desk: Desk,
    token: str,
    device: str,
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
                case_id=desk.case_id,
                user_id=budi.user_id,
                since=work.clock(),
                reason_key="lapor.terlapor",
            )
        )
    assert is_over(works, token, device)


@pytest.mark.parametrize("act", ["disable", "roles"])
def test_the_link_is_over_when_the_account_changes(
    works: Works, token: str, device: str, act: str
) -> None:
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


@pytest.mark.parametrize(
    "place", ["", "persyaratan", "persyaratan.xx_99.documents", "catatan", "tidak_ada"]
)
def test_no_link_leads_to_what_is_no_question_for_papers(
    works: Works, budi: Actor, desk: Desk, session_id: UUID, place: str
) -> None:
    with works.begin(budi) as work, pytest.raises(InvalidInput):
        captures.open_link(work, desk.task_id, place, session_id)


def test_shown_twice_is_one_link_and_a_new_one_takes_the_pages_along(
    works: Works,
    budi: Actor,
    desk: Desk,
    session_id: UUID,
    token: str,
    device: str,
    clock: TestClock,
) -> None:
    photos.shown(works, budi, desk.task_id, session_id)
    assert len(photos.captures_of(works, desk.task_id)) == 1
    add(works, device, "Satu", "Dua")
    clock.advance(minutes=16)

    new = photos.shown(works, budi, desk.task_id, session_id)

    assert new not in (token, "")
    assert is_over(works, token, device)
    second = photos.connected(works, new)
    assert len(photos.pages_of(works, second)) == 2
    with works.begin(budi) as work:
        captures.close(work, desk.task_id, PLACE)
    third = photos.connected(works, photos.shown(works, budi, desk.task_id, session_id))
    assert len(photos.pages_of(works, third)) == 2, (
        "another phone goes on where the first one stopped"
    )


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


def test_the_table_holds_nothing_that_opens_a_link(
    works: Works, desk: Desk, token: str, device: str
) -> None:
    (row,) = photos.captures_of(works, desk.task_id)
    told = str([getattr(row, column.name) for column in Capture.__table__.columns])
    assert token not in told
    assert device not in told
    assert len(token) == 32
