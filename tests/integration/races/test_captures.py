"""Two things happen at once to a phone that is the scanner of a desk (decision 0038)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from tests.integration.races.meeting import second_comes_while_first_holds
from tests.integration.races.office import Office
from tests.integration.services import photos
from tests.integration.services.photos import PLACE, held, photo
from workflow_app.domain import PUBLIC, SYSTEM, Conflict, NotFound
from workflow_app.models import Capture, CaseDocument
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.intake import capture_pages, captures


@pytest.fixture
def task_id(office: Office) -> UUID:
    """Budi has the checklist of a case."""
    return office.task(office.play("sktlk_ktp", 4)).id


@pytest.fixture
def token(office: Office, task_id: UUID) -> str:
    budi = office.people["budi"]
    return photos.shown(office.works, budi, task_id, photos.session_of(office.works, budi))


@pytest.fixture
def device(office: Office, token: str) -> str:
    """A phone with two pages on it."""
    found = photos.connected(office.works, token)
    for words in ("Halaman satu", "Halaman dua"):
        with office.works.begin(PUBLIC) as work:
            capture_pages.add(held(work, found), photo(words))
    return found


def sending(device: str, key: UUID) -> Callable[[UnitOfWork], Any]:
    return lambda work: capture_pages.send(held(work, device), key)


def papers_of(office: Office, task_id: UUID) -> int:
    with office.works.begin(SYSTEM) as work:
        query = select(func.count()).where(
            CaseDocument.case_id == office.task_case(task_id),
            CaseDocument.element == "periksa_persyaratan",
        )
        return work.session.scalar(query) or 0


def test_sent_by_a_double_press_it_is_one_paper(office: Office, task_id: UUID, device: str) -> None:
    key = uuid4()
    outcomes = second_comes_while_first_holds(
        office.works, (PUBLIC, sending(device, key)), (PUBLIC, sending(device, key))
    )
    assert outcomes == (None, None)
    assert papers_of(office, task_id) == 1


def test_one_of_two_phones_gets_the_link(office: Office, token: str) -> None:
    def take(work: UnitOfWork) -> str:
        return captures.connect(captures.by_token(work, token, photos.IDLE, lock=True), "")

    first, late = second_comes_while_first_holds(office.works, (PUBLIC, take), (PUBLIC, take))

    assert isinstance(first, str)
    assert isinstance(late, Conflict)


def test_a_code_that_is_shown_twice_at_once_is_one(office: Office, task_id: UUID) -> None:
    budi = office.people["budi"]
    session_id = photos.session_of(office.works, budi)

    def show(work: UnitOfWork) -> None:
        captures.open_link(work, task_id, PLACE, session_id)

    outcomes = second_comes_while_first_holds(office.works, (budi, show), (budi, show))

    assert outcomes == (None, None)
    with office.works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.count()).where(Capture.task_id == task_id)) == 1


def test_what_is_closed_while_it_is_sent_has_arrived_and_is_closed(
    office: Office, task_id: UUID, device: str
) -> None:
    budi = office.people["budi"]
    outcomes = second_comes_while_first_holds(
        office.works,
        (PUBLIC, sending(device, uuid4())),
        (budi, lambda work: captures.close(work, task_id, PLACE)),
    )
    assert outcomes == (None, None)
    assert papers_of(office, task_id) == 1
    with office.works.begin(PUBLIC) as work, pytest.raises(NotFound):
        held(work, device)


def test_what_is_sent_while_the_desk_closes_comes_too_late(
    office: Office, task_id: UUID, device: str
) -> None:
    budi = office.people["budi"]
    _, late = second_comes_while_first_holds(
        office.works,
        (budi, lambda work: captures.close(work, task_id, PLACE)),
        (PUBLIC, sending(device, uuid4())),
    )
    assert isinstance(late, NotFound)
    assert papers_of(office, task_id) == 0
