"""Somebody acts at the moment the account is closed or loses a role: what counts is the account as
it is under the lock.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from tests.integration.races.meeting import (
    PATIENCE,
    Verb,
    outcome,
    second_comes_while_first_holds,
    waiting,
)
from tests.integration.races.office import Office, approving
from workflow_app.domain import SYSTEM, Actor, Forbidden
from workflow_app.models import AuditEvent, Letter, Task, User
from workflow_app.services.accounts import users
from workflow_app.services.cases import access
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.letters import letters
from workflow_app.services.workflow import cases, drafts, tasks
from workflow_app.tools.embedded.server_processes import wait_until

REASON = "Contoh: alasan yang cukup panjang"
CLOSED = "Akun Anda sudah ditutup"
CHANGED = "Peran akun Anda baru saja diubah"


@pytest.fixture
def leaver(office: Office) -> Actor:
    """Approves, leads and serves; an account that only this test has."""
    return office.newcomer("ka_spkt", "pamapta", "petugas")


def name_of(work: UnitOfWork, actor: Actor) -> str:
    return work.session.get_one(User, actor.user_id).username


def closing(actor: Actor) -> Verb:
    return lambda work: users.disable(work, name_of(work, actor))


def changing(actor: Actor) -> Verb:
    return lambda work: users.set_roles(work, name_of(work, actor), ["petugas", "pamapta"])


def claiming(office: Office, leaver: Actor) -> Verb:
    task_id = office.task(office.play("sktlk_ktp", 6)).id
    return lambda work: tasks.claim(work, task_id)


def releasing(office: Office, leaver: Actor) -> Verb:
    task_id = office.task(office.play("sktlk_ktp", 2)).id
    return lambda work: tasks.release(work, task_id)


def reassigning(office: Office, leaver: Actor) -> Verb:
    task_id, rina = (
        office.task(office.play("sktlk_ktp", 2)).id,
        office.people["rina"].user_id or uuid4(),
    )
    return lambda work: tasks.reassign(work, task_id, rina)


def completing(office: Office, leaver: Actor) -> Verb:
    return approving(office.task(office.play("sktlk_ktp", 6)).id)


def cancelling(office: Office, leaver: Actor) -> Verb:
    case_id = office.begin()
    return lambda work: cases.cancel(work, case_id, REASON)


def withdrawing(office: Office, leaver: Actor) -> Verb:
    case_id = office.play("sktlk_ktp")
    with office.works.begin(SYSTEM) as work:
        letter_id = work.session.scalars(select(Letter.id).where(Letter.case_id == case_id)).one()
    return lambda work: letters.withdraw(work, letter_id, REASON)


def starting(office: Office, leaver: Actor) -> Verb:
    return lambda work: cases.start(work, "sktlk", str(uuid4()))


def saving(office: Office, leaver: Actor) -> Verb:
    task_id = office.task(office.play("sktlk_ktp", 2)).id
    return lambda work: drafts.save(work, task_id, {"peristiwa": "hilang"})


DEEDS = [claiming, saving, releasing, reassigning, completing, cancelling, withdrawing, starting]


def deeds_of(office: Office, actor: Actor) -> list[str]:
    """What the trail knows of the actor."""
    query = select(AuditEvent.action).where(AuditEvent.actor_id == actor.user_id)
    with office.works.begin(SYSTEM) as work:
        return list(work.session.scalars(query))


@pytest.mark.parametrize("deed", DEEDS)
def test_who_loses_a_role_at_that_moment_does_nothing_more(
    office: Office, leaver: Actor, deed: Callable[[Office, Actor], Verb]
) -> None:
    verb = deed(office, leaver)

    _, late = second_comes_while_first_holds(
        office.works, (SYSTEM, changing(leaver)), (leaver, verb)
    )

    assert isinstance(late, Forbidden)
    assert late.sentence.startswith(CHANGED)
    assert deeds_of(office, leaver) == []


@pytest.mark.parametrize("deed", [completing, saving, starting])
def test_who_is_disabled_at_that_moment_does_nothing_more(
    office: Office, leaver: Actor, deed: Callable[[Office, Actor], Verb]
) -> None:
    verb = deed(office, leaver)

    _, late = second_comes_while_first_holds(
        office.works, (SYSTEM, closing(leaver)), (leaver, verb)
    )

    assert isinstance(late, Forbidden)
    assert late.sentence.startswith(CLOSED)
    assert deeds_of(office, leaver) == []


def test_an_account_that_is_closed_while_its_approval_stands_in_line_approves_nothing(
    office: Office, leaver: Actor, waiting_case: UUID
) -> None:
    approval = office.task(waiting_case).id
    with ThreadPoolExecutor(1) as pool, office.works.begin(SYSTEM) as holder:
        access.lock_case(holder, waiting_case)
        later = in_line(office, pool, leaver, approving(approval))
        with office.works.begin(SYSTEM) as admin:
            closing(leaver)(admin)

    assert isinstance(later.result(timeout=10), Forbidden)
    assert office.submissions(approval) == []


def test_an_account_that_is_closed_while_its_draft_stands_in_line_keeps_nothing(
    office: Office, leaver: Actor
) -> None:
    question = office.task(office.play("sktlk_ktp", 2)).id
    with ThreadPoolExecutor(1) as pool, office.works.begin(SYSTEM) as holder:
        holder.session.execute(select(Task).where(Task.id == question).with_for_update())
        later = in_line(
            office, pool, leaver, lambda work: drafts.save(work, question, {"peristiwa": "hilang"})
        )
        with office.works.begin(SYSTEM) as admin:
            closing(leaver)(admin)

    late = later.result(timeout=10)
    assert isinstance(late, Forbidden)
    assert late.sentence.startswith(CLOSED)
    assert office.drafts(question) == 0


def test_who_waits_for_an_account_does_not_stand_in_the_way_of_its_change(
    office: Office, leaver: Actor, waiting_case: UUID
) -> None:
    """The roles are locked after the account, as `set_roles` does it; the other way round both
    would stand still.
    """
    with ThreadPoolExecutor(1) as pool, office.works.begin(SYSTEM) as admin:
        name = name_of(admin, leaver)
        admin.session.execute(update(User).where(User.username == name).values(rank="Aiptu"))
        later = in_line(office, pool, leaver, approving(office.task(waiting_case).id))
        users.set_roles(admin, name, ["pamapta"])

    assert isinstance(later.result(timeout=10), Forbidden)


def test_an_account_is_closed_right_after_the_approval_that_came_first(
    office: Office, leaver: Actor, waiting_case: UUID
) -> None:
    approval = office.task(waiting_case).id

    done, closed = second_comes_while_first_holds(
        office.works, (leaver, approving(approval)), (SYSTEM, closing(leaver))
    )

    assert (done.case_id, closed) == (waiting_case, None)
    assert office.submissions(approval)[0].submitted_by == leaver.user_id


def test_one_person_completes_two_cases_at_once(office: Office, leaver: Actor) -> None:
    first, second = (office.task(office.play("sktlk_ktp", 6)).id for _ in range(2))

    done, also = second_comes_while_first_holds(
        office.works, (leaver, approving(first)), (leaver, approving(second))
    )

    assert done.case_id != also.case_id


def in_line(office: Office, pool: ThreadPoolExecutor, actor: Actor, verb: Verb) -> "Future[Any]":
    """Somebody who waits now for what the caller holds."""
    later = pool.submit(outcome, office.works, actor, verb)
    assert wait_until(lambda: waiting(office.works), PATIENCE, pause=0.005)
    return later
