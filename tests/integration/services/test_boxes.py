"""Opening a complaint box: two people, one case per sheet, received when the box was opened
(R19).
"""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.integration.conftest import PROCESSES, TestClock
from workflow_app.domain import SYSTEM, WITA, Actor, Forbidden, InvalidInput
from workflow_app.models import AuditEvent, BoxOpening, BoxSheet, Case, CaseClock, Task
from workflow_app.services.accounts import users
from workflow_app.services.accounts.users import UserView
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import complaint_boxes
from workflow_app.services.workflow.complaint_boxes import Asked

BOX = "Kotak pengaduan SPKT"
MORNING = "2026-11-23T08:30"


@pytest.fixture(autouse=True)
def deployed(works: Works) -> None:
    with works.begin(SYSTEM) as work:
        for name in ("referral", "complaint"):
            definitions.deploy(work, PROCESSES / name)


@pytest.fixture
def second(works: Works, person: Callable[..., Actor]) -> UserView:
    person("wati", "petugas")
    return view(works, "wati")


def view(works: Works, username: str) -> UserView:
    with works.begin(SYSTEM) as work:
        return next(user for user in users.list_all(work) if user.username == username)


def asked(box: str = BOX, opened_at: str = MORNING, sheets: str = "2") -> Asked:
    return Asked(box, opened_at, sheets)


def test_r19_each_sheet_becomes_a_case_received_when_the_box_was_opened(
    works: Works, budi: Actor, second: UserView
) -> None:
    with works.begin(budi) as work:
        begun = complaint_boxes.open_box(work, asked(), second, "halaman-1")

    with works.begin(SYSTEM) as work:
        opening = work.session.scalars(select(BoxOpening)).one()
        assert (opening.first_id, opening.second_id, opening.sheets) == (budi.user_id, second.id, 2)
        assert opening.opened_at.astimezone(WITA).isoformat() == f"{MORNING}:00+08:00"
        rows = work.session.scalars(select(BoxSheet).order_by(BoxSheet.sheet)).all()
        assert [(row.sheet, row.case_id) for row in rows] == list(enumerate(begun, 1))
        for case_id in begun:
            tasks = work.session.scalars(
                select(Task).where(Task.case_id == case_id).order_by(Task.created_at)
            ).all()
            assert [(task.element, task.status) for task in tasks if task.status == "open"] == [
                ("pindai_lembar", "open")
            ]
        assert list(unit_of_work.verify_chains(work)) == []


def test_r34_the_clock_runs_since_the_opening_whether_or_not_the_sheet_is_scanned(
    works: Works, budi: Actor, second: UserView
) -> None:
    with works.begin(budi) as work:
        (case_id,) = complaint_boxes.open_box(work, asked(sheets="1"), second, "halaman-1")
    with works.begin(SYSTEM) as work:
        clock = work.session.get_one(CaseClock, (case_id, "tanggapan_awal", 1))
        assert clock.started_at.astimezone(WITA).isoformat() == f"{MORNING}:00+08:00"
        assert work.session.get_one(Case, case_id).next_wake_at is not None


def test_r19_an_empty_box_is_on_record_too(works: Works, budi: Actor, second: UserView) -> None:
    with works.begin(budi) as work:
        assert complaint_boxes.open_box(work, asked(sheets="0"), second, "halaman-1") == []
        (box,) = complaint_boxes.list_boxes(work)
    assert (box.sheets, box.opened_by, box.cases) == (0, ("Contoh Budi", "Contoh Wati"), ())


def test_the_same_page_sent_twice_opens_once(works: Works, budi: Actor, second: UserView) -> None:
    begun = []
    for _ in range(2):
        with works.begin(budi) as work:
            begun.append(complaint_boxes.open_box(work, asked(), second, "halaman-1"))
    assert begun[0] == begun[1]
    with works.begin(SYSTEM) as work:
        assert (
            len(work.session.scalars(select(Case).where(Case.process_key == "complaint")).all())
            == 2
        )


def refused(works: Works, who: Actor, second: UserView | None, wrong: Asked) -> set[str]:
    with works.begin(who) as work:
        with pytest.raises(InvalidInput) as refusal:
            complaint_boxes.open_box(work, wrong, second, "halaman-2")
        assert work.session.scalars(select(BoxOpening)).all() == []
    return set(refusal.value.fields)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (asked(box="Kotak lain"), "kotak"),
        (asked(box=""), "kotak"),
        (asked(opened_at="besok"), "dibuka"),
        (asked(opened_at=""), "dibuka"),
        (asked(opened_at="2026-11-23T09:30"), "dibuka"),
        (asked(opened_at="2026-11-01T08:00"), "dibuka"),
        (asked(sheets="51"), "lembar"),
        (asked(sheets="-1"), "lembar"),
        (asked(sheets="dua"), "lembar"),
        (asked(sheets="²"), "lembar"),
        (asked(sheets=""), "lembar"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    works: Works, budi: Actor, second: UserView, wrong: Asked, field: str
) -> None:
    assert refused(works, budi, second, wrong) == {field}


def test_r19_one_person_is_not_two(
    works: Works, budi: Actor, tono: Actor, person: Callable[..., Actor]
) -> None:
    person("arsip", "arsiparis")
    assert refused(works, budi, None, asked()) == {"kedua"}
    for name in ("budi", "tono", "arsip"):
        assert refused(works, budi, view(works, name), asked()) == {"kedua"}
    assert tono.unit != budi.unit


def test_only_who_serves_at_the_counter_opens(works: Works, sari: Actor, second: UserView) -> None:
    with works.begin(sari) as work, pytest.raises(Forbidden):
        complaint_boxes.open_box(work, asked(), second, "halaman-1")


def test_pitfall_33_an_opening_lies_after_the_last_one_and_is_never_changed(
    works: Works, budi: Actor, second: UserView
) -> None:
    with works.begin(budi) as work:
        complaint_boxes.open_box(work, asked(), second, "halaman-1")
    with works.begin(budi) as work, pytest.raises(InvalidInput) as refusal:
        complaint_boxes.open_box(work, asked(opened_at="2026-11-23T08:29"), second, "halaman-2")
    assert "08.30 WITA" in refusal.value.fields["dibuka"]
    for statement in ("update box_opening set sheets = 9", "delete from box_sheet"):
        with pytest.raises(DBAPIError), works.begin(SYSTEM) as work:
            work.session.execute(text(statement))


def test_a_row_with_one_person_twice_is_refused_by_the_database(
    works: Works, budi: Actor, second: UserView
) -> None:
    with works.begin(budi) as work:
        complaint_boxes.open_box(work, asked(sheets="0"), second, "halaman-1")
    query = (
        "insert into box_opening select gen_random_uuid(), unit, box, opened_at, sheets, "
        "first_id, first_id, recorded_at, 'x' "
        "from box_opening"
    )
    with pytest.raises(IntegrityError), works.begin(SYSTEM) as work:
        work.session.execute(text(query))


@pytest.mark.parametrize(
    ("opened_at", "due"),
    [("2026-12-31T23:59", "2027-01-07"), ("2027-01-01T00:01", "2027-01-07")],
)
def test_r34_sheets_found_around_the_end_of_the_year_are_due_by_the_day_in_wita(
    works: Works, budi: Actor, second: UserView, clock: TestClock, opened_at: str, due: str
) -> None:
    received = datetime.fromisoformat(opened_at).replace(tzinfo=WITA)
    clock.at = received.astimezone(UTC)
    with works.begin(budi) as work:
        (case_id,) = complaint_boxes.open_box(
            work, asked(opened_at=opened_at, sheets="1"), second, "halaman-1"
        )
        case = work.session.get_one(Case, case_id)
        assert case.number.startswith(f"B-{opened_at[:4]}-")
        row = work.session.get_one(CaseClock, (case_id, "tanggapan_awal", 1))
        assert row.started_at == received
        assert row.due_at is not None
        assert row.due_at.astimezone(WITA).date().isoformat() == due


def test_the_boxes_are_those_of_the_office(works: Works, budi: Actor) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "kotak_pengaduan", ["Kotak A", "Kotak B"], work.clock())
    with works.begin(budi) as work:
        assert [box.name for box in complaint_boxes.list_boxes(work)] == ["Kotak A", "Kotak B"]


def test_the_trail_tells_of_the_opening(works: Works, budi: Actor, second: UserView) -> None:
    with works.begin(budi) as work:
        begun = complaint_boxes.open_box(work, asked(), second, "halaman-1")
    with works.begin(SYSTEM) as work:
        (event,) = work.session.scalars(select(AuditEvent).where(AuditEvent.action == "box.opened"))
        assert (event.details["sheets"], event.details["second"]) == (2, str(second.id))
        assert event.details["cases"] == [str(case_id) for case_id in begun]
