"""Substitutes work for whom is absent, and nothing leaks by it: no approval of one's own, no case
behind a wall, no other right.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.integration.conftest import TestClock
from tests.integration.open_tasks import task_of
from tests.integration.services.away import (
    APPROVAL,  # fmt: skip
    DESK,  # fmt: skip
    TOMORROW,  # fmt: skip
    allow,  # fmt: skip
    as_chief,  # fmt: skip
    claim,  # fmt: skip
    complete,  # fmt: skip
    doers,  # fmt: skip
    give,  # fmt: skip
    mine,  # fmt: skip
    now,  # fmt: skip
    send_away,  # fmt: skip
    task_of_case,  # fmt: skip
    wall,  # fmt: skip
)
from workflow_app.domain import SYSTEM, Actor, Answers, Conflict, Forbidden, NotFound
from workflow_app.models import Case
from workflow_app.services.accounts import absences, users
from workflow_app.services.cases import access, history
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.letters import letters
from workflow_app.services.roster import duty, rosters
from workflow_app.services.workflow import drafts, tasks

Play = Callable[..., UUID]
Person = Callable[..., Actor]
APPROVE: Answers = {"keputusan": "setuju"}
RETURNED = ("dikembalikan_uraian", 6)
"""The approver has sent the case back; what the desk had written stands in the forms again."""


def test_what_the_absent_one_has_reaches_the_substitute_and_stays_his(
    works: Works, play: Play, budi: Actor, rina: Actor, sari: Actor
) -> None:
    case_id = play(*RETURNED)
    task = task_of(works, case_id)
    assert task.id not in mine(works, rina)
    send_away(works, budi, rina)
    stand_in = now(works, rina)

    assert task.id in mine(works, stand_in)
    with works.begin(stand_in) as work:
        seen = tasks.get(work, task.id)
        assert (seen.is_mine, seen.for_whom, seen.assignee_id) == (
            True,
            "Contoh Budi",
            budi.user_id,
        )
        drafts.save(work, task.id, seen.answers)
    with works.begin(sari) as work:
        shown = tasks.get(work, task.id)
        assert shown.absence is not None
        assert shown.absence.substitute == "Contoh Rina"
    complete(works, stand_in, task.id)

    assert doers(works, task.id) == (rina.user_id, budi.user_id)
    with works.begin(rina) as work:
        assert "Contoh Rina sebagai pengganti Contoh Budi" in {
            e.who for e in history.timeline(work, case_id)
        }
        assert tasks.get(work, task.id).done_by == "Contoh Rina sebagai pengganti Contoh Budi"


def test_it_begins_and_ends_by_itself_at_midnight_in_wita(
    works: Works, play: Play, budi: Actor, rina: Actor, clock: TestClock
) -> None:
    task_id = task_of(works, play("sktlk_ktp", DESK)).id
    send_away(works, budi, rina, TOMORROW, TOMORROW)
    reached = []
    for day, hour, minute in ((23, 15, 59), (23, 16, 0), (24, 15, 59), (24, 16, 0)):
        clock.at = datetime(2026, 11, day, hour, minute, tzinfo=UTC)
        reached.append(task_id in mine(works, now(works, rina)))
    assert reached == [False, True, True, False]


def test_a_page_from_before_the_end_does_nothing_after_it(
    works: Works, play: Play, budi: Actor, rina: Actor, clock: TestClock
) -> None:
    task_id = task_of(works, play("sktlk_ktp", DESK)).id
    send_away(works, budi, rina)
    before = now(works, rina)
    clock.at = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    with pytest.raises(Forbidden, match="Penggantian Anda untuk Contoh Budi sudah berakhir"):
        complete(works, before, task_id, {})
    with pytest.raises(Forbidden, match="sudah berakhir"), works.begin(before) as work:
        drafts.save(work, task_id, {"catatan": "x"})
    with pytest.raises(Conflict):
        complete(works, rina, task_id, {})


@pytest.mark.parametrize("way", ["ended", "closed", "moved", "lost role"])
def test_with_the_reason_to_stand_in_the_right_is_gone(
    works: Works, play: Play, budi: Actor, rina: Actor, way: str
) -> None:
    task_id = task_of(works, play("sktlk_ktp", DESK)).id
    absence_id = send_away(works, budi, rina)
    before = now(works, rina)
    with works.begin(budi if way == "ended" else SYSTEM) as work:
        if way == "ended":
            absences.end(work, absence_id)
        elif way == "closed":
            users.disable(work, "budi")
        elif way == "lost role":
            users.set_roles(work, "budi", ["arsiparis"])
        else:
            users.set_unit(work, "budi", "lain")
    assert now(works, rina).stands_for == ()
    with pytest.raises(Forbidden, match="sudah berakhir"):
        complete(works, before, task_id, {})


def test_whoever_recorded_does_not_approve_as_a_substitute(
    works: Works, play: Play, budi: Actor, sari: Actor
) -> None:
    """Budi recorded; the chief is away, and the office lets officers stand in for her."""
    approval = task_of(works, play("sktlk_ktp", APPROVAL)).id
    allow(works, "ka_spkt", "petugas")
    send_away(works, sari, budi)
    stand_in = now(works, budi)
    assert stand_in.stands_for

    with pytest.raises(Forbidden, match="mencatat berkas ini"):
        claim(works, stand_in, approval)
    for hand in (None, sari):
        if hand is not None:
            claim(works, hand, approval)
        with pytest.raises(Forbidden, match="mencatat berkas ini"):
            complete(works, stand_in, approval, APPROVE)


def test_an_officer_who_recorded_nothing_approves_for_the_chief(
    works: Works, play: Play, rina: Actor, sari: Actor
) -> None:
    """The way that the office allowed works, or the refusals above would prove nothing."""
    approval = task_of(works, play("sktlk_ktp", APPROVAL)).id
    allow(works, "ka_spkt", "petugas")
    send_away(works, sari, rina)
    stand_in = now(works, rina)
    assert approval in mine(works, stand_in, "queue")
    claim(works, stand_in, approval)
    assert task_of(works, task_of_case(works, approval), "persetujuan").assignee_id == sari.user_id
    complete(works, stand_in, approval, APPROVE)
    assert doers(works, approval) == (rina.user_id, sari.user_id)


def test_for_whom_something_was_recorded_has_recorded_it(
    works: Works, play: Play, budi: Actor, rina: Actor, chief2: Actor
) -> None:
    """Rina records in Budi's place; Budi becomes chief: neither he nor who stands in for him
    approves.
    """
    case_id = play(*RETURNED)
    send_away(works, budi, rina)
    for _ in range(2):
        complete(works, now(works, rina), task_of(works, case_id).id)
    approval = task_of(works, case_id, "persetujuan").id
    with works.begin(SYSTEM) as work:
        for name in ("budi", "rina"):
            users.set_roles(work, name, ["ka_spkt"])
    for who in (budi, rina):
        with pytest.raises(Forbidden, match="mencatat berkas ini"):
            claim(works, as_chief(who), approval)
    with works.begin(SYSTEM) as work:
        (known,) = [a for a in absences.of_unit(work) if a.state == "now"]
        absences.end(work, known.id)
    send_away(works, as_chief(budi), chief2)
    give(works, approval, budi)
    with pytest.raises(Forbidden, match="Contoh Budi, yang Anda gantikan, ikut mencatat"):
        complete(works, now(works, chief2), approval, APPROVE)


def test_r79_nobody_stands_in_for_whom_a_wall_keeps_out(
    works: Works, play: Play, budi: Actor, rina: Actor, sari: Actor
) -> None:
    approval = task_of(works, play("sktlk_ktp", APPROVAL))
    allow(works, "ka_spkt", "petugas")
    send_away(works, sari, rina)
    wall(works, approval.case_id, sari)
    stand_in = now(works, rina)
    assert approval.id not in mine(works, stand_in, "queue") | mine(works, stand_in, "all")
    give(works, approval.id, sari)
    with pytest.raises((Forbidden, Conflict)):
        complete(works, stand_in, approval.id, APPROVE)
    with works.begin(stand_in) as work:
        assert not tasks.get(work, approval.id).is_mine


def test_r79_a_substitute_behind_a_wall_finds_nothing_by_standing_in(
    works: Works, play: Play, budi: Actor, rina: Actor
) -> None:
    task = task_of(works, play("sktlk_ktp", DESK))
    send_away(works, budi, rina)
    wall(works, task.case_id, rina)
    stand_in = now(works, rina)
    assert task.id not in mine(works, stand_in)
    for act in (
        lambda work: tasks.get(work, task.id),
        lambda work: access.visible_case(work, task.case_id),
    ):
        with pytest.raises(NotFound), works.begin(stand_in) as work:
            act(work)
    with pytest.raises(NotFound):
        complete(works, stand_in, task.id, {})


def test_standing_in_opens_no_case_and_gives_no_other_right(
    works: Works, play: Play, sari: Actor, person: Person
) -> None:
    """A function may stand in for the chief by the office's word: it still sees only what it sees
    itself, and leads nobody.
    """
    approval = task_of(works, play("sktlk_ktp", APPROVAL))
    outsider = person("binmas", "piket_binmas")
    allow(works, "ka_spkt", "piket_binmas")
    send_away(works, sari, outsider)
    claim(works, sari, approval.id)
    stand_in = now(works, outsider)
    assert [other.roles for other in stand_in.stands_for] == [frozenset({"ka_spkt"})]
    assert (
        mine(works, stand_in) | mine(works, stand_in, "queue") | mine(works, stand_in, "all")
        == set()
    )
    with pytest.raises(NotFound):
        complete(works, stand_in, approval.id, APPROVE)
    assert stand_in.roles == {"piket_binmas"}


def test_roles_that_nobody_allowed_do_not_reach_the_substitute(
    works: Works, play: Play, person: Person, rina: Actor
) -> None:
    both = person("ganda", "petugas", "ka_spkt")
    approval = task_of(works, play("sktlk_ktp", APPROVAL)).id
    claim(works, both, approval)
    send_away(works, both, rina)
    stand_in = now(works, rina)
    assert approval not in mine(works, stand_in)
    with pytest.raises(Forbidden):
        complete(works, stand_in, approval, APPROVE)


def test_who_holds_the_role_takes_from_the_queue_for_himself(
    works: Works, play: Play, sari: Actor, chief2: Actor
) -> None:
    approval = task_of(works, play("sktlk_ktp", APPROVAL)).id
    send_away(works, sari, chief2)
    stand_in = now(works, chief2)
    claim(works, stand_in, approval)
    complete(works, stand_in, approval, APPROVE)
    assert doers(works, approval) == (chief2.user_id, None)


def test_a_lead_does_not_come_by_more_through_the_absent(
    works: Works, play: Play, budi: Actor, rina: Actor
) -> None:
    """What Rina finds at Budi's desk she may release, not give to others."""
    task = task_of(works, play("sktlk_ktp", DESK))
    send_away(works, budi, rina)
    stand_in = now(works, rina)
    assert rina.user_id is not None
    with pytest.raises(Forbidden), works.begin(stand_in) as work:
        tasks.reassign(work, task.id, rina.user_id)
    with works.begin(stand_in) as work:
        tasks.release(work, task.id)
    assert task_of(works, task.case_id).assignee_id is None


def test_a_letter_that_names_the_officer_says_in_whose_place(
    works: Works, play: Play, budi: Actor, rina: Actor
) -> None:
    task = task_of(works, play(*RETURNED))
    send_away(works, budi, rina)
    complete(works, now(works, rina), task.id)
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, task.case_id)
        frames = [
            letters.frame(work, case, "sktlk", {"written_by": element}, work.clock())["petugas"]
            for element in (task.element, "identitas")
        ]
    assert [(frame["nama"], frame["selaku"]) for frame in frames] == [
        ("Contoh Rina", ", selaku pengganti Bripda Contoh Budi"),
        ("Contoh Budi", ""),
    ]


def test_who_is_on_duty_is_stood_in_for_by_who_holds_the_function(
    works: Works, person: Person, rina: Actor, budi: Actor
) -> None:
    patrol, other = person("rudi", "piket_samapta"), person("joni", "piket_samapta")
    send_away(works, patrol, other)
    with works.begin(SYSTEM) as work:
        at = work.clock()
        rosters.set_period(
            work, rosters.Shift("piket_samapta", at, at + timedelta(hours=8), ("rudi",))
        )
    with works.begin(now(works, other)) as work:
        assert duty.names(work, "spkt", "piket_samapta") == (
            "Bripda Contoh Rudi, Bripda Contoh Joni (pengganti Bripda Contoh Rudi)"
        )
        assert duty.relieved(work) == {}
    send_away(works, budi, rina)
    with works.begin(SYSTEM) as work:
        assert duty.names(work, "spkt", "piket_samapta").count("pengganti") == 1
