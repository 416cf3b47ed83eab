"""Absences that two people enter at once, one that ends while its substitute stands in line, two
admins who take each other's role.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tests.integration.races.meeting import (
    PATIENCE,
    Verb,
    outcome,
    second_comes_while_first_holds,
    waiting,
)
from tests.integration.races.office import Office, approving
from workflow_app.domain import SYSTEM, WITA, Actor, Conflict, Forbidden, InvalidInput
from workflow_app.services.accounts import absences, members, role_changes
from workflow_app.services.accounts.absences import Asked
from workflow_app.services.cases import access
from workflow_app.services.roster import duty
from workflow_app.services.workflow import tasks
from workflow_app.tools.embedded.server_processes import wait_until


def entering(office: Office, absent: Actor, substitute: Actor) -> Verb:
    """From today until tomorrow."""
    today = office.works.clock().astimezone(WITA).date()
    asked = Asked(
        str(absent.user_id),
        str(substitute.user_id),
        today.isoformat(),
        (today + timedelta(days=1)).isoformat(),
    )
    return lambda work: absences.enter(work, asked)


def standing(office: Office, actor: Actor) -> Actor:
    assert actor.user_id is not None
    with office.works.begin(SYSTEM) as work:
        found = duty.of_substitute(work, actor.user_id, actor.roles, actor.unit)
    return replace(actor, stands_for=found)


def test_two_who_name_each_other_at_once_make_no_loop(office: Office) -> None:
    one, other = office.newcomer("petugas"), office.newcomer("petugas")

    made, refused = second_comes_while_first_holds(
        office.works, (one, entering(office, one, other)), (other, entering(office, other, one))
    )

    assert isinstance(made, UUID)
    assert isinstance(refused, InvalidInput)
    assert set(refused.fields) == {"anggota", "pengganti"}


def test_a_double_click_enters_one_absence(office: Office) -> None:
    one, other = office.newcomer("petugas"), office.newcomer("petugas")
    entry = (one, entering(office, one, other))

    made, again = second_comes_while_first_holds(office.works, entry, entry)

    assert made == again


def test_who_stands_in_line_while_the_absence_is_ended_approves_nothing(
    office: Office, waiting_case: UUID
) -> None:
    chief, deputy = office.newcomer("ka_spkt"), office.newcomer("ka_spkt")
    approval = office.task(waiting_case).id
    with office.works.begin(chief) as work:
        absence_id = entering(office, chief, deputy)(work)
        tasks.claim(work, approval)
    stand_in = standing(office, deputy)
    assert stand_in.stands_for
    with ThreadPoolExecutor(1) as pool, office.works.begin(SYSTEM) as holder:
        access.lock_case(holder, waiting_case)
        later = pool.submit(outcome, office.works, stand_in, approving(approval))
        assert wait_until(lambda: waiting(office.works), PATIENCE, pause=0.005)
        with office.works.begin(chief) as work:
            absences.end(work, absence_id)

    late = later.result(timeout=10)
    assert isinstance(late, Forbidden)
    assert "sudah berakhir" in late.sentence
    assert office.submissions(approval) == []


def test_the_absent_one_and_the_substitute_do_it_once(office: Office, waiting_case: UUID) -> None:
    chief, deputy = office.newcomer("ka_spkt"), office.newcomer("ka_spkt")
    approval = office.task(waiting_case).id
    with office.works.begin(chief) as work:
        entering(office, chief, deputy)(work)
        tasks.claim(work, approval)

    done, late = second_comes_while_first_holds(
        office.works, (standing(office, deputy), approving(approval)), (chief, approving(approval))
    )

    assert done.case_id == waiting_case
    assert isinstance(late, Conflict)
    (one,) = office.submissions(approval)
    assert (one.submitted_by, one.on_behalf_of) == (deputy.user_id, chief.user_id)


@pytest.mark.parametrize("way", ["lock", "roles"])
def test_two_admins_who_take_each_others_role_leave_one(office: Office, way: str) -> None:
    one, other = office.newcomer("admin"), office.newcomer("admin")

    def taking(whom: Actor) -> Verb:
        assert whom.user_id is not None
        user_id = whom.user_id
        if way == "lock":
            return lambda work: members.lock(work, user_id)
        return lambda work: role_changes.enter(work, user_id, role_changes.Asked(("petugas",)))

    _, refused = second_comes_while_first_holds(
        office.works, (one, taking(other)), (other, taking(one))
    )

    assert isinstance(refused, Forbidden)
    assert "baru saja diubah" in refused.sentence
