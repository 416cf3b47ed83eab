"""Each check finds what it is there to find: a fault is planted for every one of them in a world
that is in order.
"""

import json
import logging
import zlib
from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select, text, true
from sqlalchemy.orm import Session

from tests.integration.stateful import checks, repertoire, rules, sight, sop
from tests.integration.stateful.checks import CHECKS, Check
from tests.integration.stateful.counter import PAPER, Counter
from tests.integration.stateful.hall import Ground
from tests.integration.stateful.machinery import SITE
from workflow_app.domain import SYSTEM
from workflow_app.models import Case
from workflow_app.permissions import ROLES
from workflow_app.services.cases import access, inbox, task_rights
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage

WORLD = {
    "complaint": ("kotak_disisihkan", "anggota", "luar_kewenangan", "langsung"),
    "lp": ("diterima_model_b",),
    "sktlk": ("dicuri", "dicuri_fungsi", "sktlk_ktp"),
}
UNFINISHED = ("sktlk", "sktlk_sim", 4)
APPEND_ONLY = ("audit_event", "case_kinship", "submission")
NAMED = f"'{repertoire.NAME}'"

FAULTS: list[tuple[Check, str]] = [
    (checks.engine_and_rows_agree, "update task set status = 'cancelled' where status = 'open'"),
    (checks.one_valid_letter, "update letter set kind = 'sttlp' where kind = 'lp'"),
    (
        checks.numbers_without_gap,
        "update number_series set last = last + 1 where series = 'BERKAS'",
    ),
    (checks.numbers_without_gap, "update service_case set number = number || 'x'"),
    (
        checks.four_eyes,
        (
            "update submission set submitted_by = (select id from user_account where username = "
            "'serba')"
        ),
    ),
    (
        checks.four_eyes,
        (
            "update submission set on_behalf_of = (select id from user_account where username = "
            "'serba')"
        ),
    ),
    (
        checks.substitutes_in_their_time,
        (
            "update submission set on_behalf_of = (select id from user_account where username = "
            "'petugas2')"
        ),
    ),
    (
        checks.absences_without_chains,
        "insert into absence (id, user_id, substitute_id, starts_at, ends_at, entered_at) "
        "select gen_random_uuid(), a.id, b.id,"
        " now(), now() + interval '1 day', now() from user_account a join user_account b on"
        " (a.username, b.username) in (('petugas', 'petugas2'), ('petugas2', 'petugas'))",
    ),
    (
        checks.an_outcome_at_the_end,
        "update service_case set outcome = 'entah' where closed_at is not null",
    ),
    (checks.an_outcome_at_the_end, "delete from audit_event where action = 'case.closed'"),
    (
        checks.nothing_left_open,
        "update service_case set status = 'done', outcome = 'selesai', closed_at = opened_at",
    ),
    (
        checks.something_moves,
        (
            "update task set status = 'cancelled' where status = 'open'; update service_case set "
            "next_wake_at = null"
        ),
    ),
    (
        checks.nobody_from_elsewhere,
        "update task set assignee_id = (select id from user_account where username = 'unit_lain')",
    ),
    (
        checks.nobody_from_elsewhere,
        (
            "insert into case_wall select case_id, assignee_id, created_at, 'x' from task where "
            "status = 'open'"
        ),
    ),
    (checks.kin_on_both_sides, "delete from audit_event where action = 'kinship.parent'"),
    (checks.kin_on_both_sides, "delete from case_kinship"),
    (
        checks.trail_verifies,
        "update audit_event set actor_name = 'Contoh' where action = 'case.closed'",
    ),
    (checks.nothing_personal, f"update task set name = {NAMED}"),
    (
        checks.nothing_personal,
        (
            f"update submission set answers = answers || jsonb_build_object('kotak', {NAMED}) "
            "where element = 'lembar_kotak'"
        ),
    ),
    (
        checks.nothing_personal,
        f"update procrastinate_jobs set args = jsonb_build_object('nama', {NAMED})",
    ),
    (
        sop.report_and_receipt,
        "update letter set status = 'void', voided_at = issued_at where kind = 'sttlp'",
    ),
    (
        sop.report_and_receipt,
        "update letter set issued_at = issued_at + interval '1 second' where kind = 'lp'",
    ),
    (sop.told_where_to, "update submission set element = 'identitas' where element = 'rujuk_lp'"),
    (
        sop.told_where_to,
        (
            "update submission set element = 'rujukan_keperluan' where element = "
            "'rujukan_tanda_terima'"
        ),
    ),
    (
        sop.set_aside_by_rule,
        (
            "update service_case set outcome = 'diabaikan' where process_key = 'complaint' and "
            "confined_to is null"
        ),
    ),
    (sop.walls_stand, "delete from case_wall"),
    (sop.walls_stand, "update service_case set confined_to = null"),
]


@pytest.fixture
def world(ground: Ground, quick_letters: None) -> Ground:
    """Cases of several processes at their ends, and one under way."""
    told = {
        (key, scenario.file.removeprefix("scenarios/").removesuffix(".yaml")): scenario
        for key, scenario in ground.scenarios
    }
    cast = {role: ground.people[role] for role in ROLES}
    stage = Stage(
        ground.works, cast, SITE, PAPER, None, {"piket_propam": ground.people["piket_propam2"]}
    )
    for key, names in WORLD.items():
        for name in names:
            seeding.play(stage, key, told[key, name])
    key, name, first = UNFINISHED
    seeding.play(stage, key, told[key, name], steps=first)
    return ground


def test_a_fault_of_every_kind_is_found(world: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(world, lambda _: None) == set(), "the world is not in order to begin with"
    for check, statement in FAULTS:
        assert check in found(world, partial(plant, statements=statement)), statement
    assert {check for check, _ in FAULTS} == set(CHECKS), "a check without a fault that it finds"
    assert checks.nothing_personal in found(world, tell_the_engine)
    assert not any(repertoire.NAME in line for line in world.ear.heard)
    logging.getLogger("contoh").info("%s datang", repertoire.NAME)
    assert any(repertoire.NAME in line for line in world.ear.heard)
    assert whoever_sees_too_much(world) == []
    monkeypatch.setattr(access, "not_behind_wall", lambda _work, _case_id: true())
    assert whoever_sees_too_much(world) != []


def test_the_machine_notices_when_other_eyes_are_not_asked_for(
    ground: Ground, quick_letters: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who recorded a case approves it, or is given its approval: refused; and where the rule is
    gone, the machine says so.
    """

    class CounterOfThisTest(Counter):
        pass

    recorder = {**ground.people, "petugas": ground.people["ganda"]}
    CounterOfThisTest.ground, CounterOfThisTest.tally = replace(ground, people=recorder), Tally()
    CounterOfThisTest.reached = Tally()
    machine = CounterOfThisTest()
    told = next(told for _, told in ground.scenarios if told.file == "scenarios/sktlk_ktp.yaml")
    machine.play("sktlk", told, 6)
    with machine.reading() as work:
        (task,) = repertoire.open_tasks(work)
    assert task.element == "persetujuan"
    machine.reassign("ka_spkt", "ganda", 1)
    machine.completing("ganda", task, 0)
    assert [was_done for _, was_done in machine.tally] == [False, False]
    monkeypatch.setattr(task_rights, "recorders", lambda *_: set())
    with pytest.raises(AssertionError, match="may not do this"):
        machine.reassign("ka_spkt", "ganda", 1)
    with pytest.raises(AssertionError, match="may not do this"):
        machine.completing("ganda", task, 0)
    machine.teardown()


def found(world: Ground, planted: Callable[[Session], object]) -> set[Check]:
    """The checks that find something wrong after this was done to the database, which is undone
    again.
    """
    with world.works.begin(SYSTEM) as work:
        inner = work.session.begin_nested()
        planted(work.session)
        work.session.expire_all()
        wrong = {check for check in CHECKS if check(work)}
        inner.rollback()
    return wrong


def plant(session: Session, statements: str) -> None:
    for table in APPEND_ONLY:
        session.execute(text(f"alter table {table} disable trigger append_only"))
    for statement in statements.split(";"):
        session.execute(text(statement))


def tell_the_engine(session: Session) -> None:
    """A word of the citizen gets into the state of the engine."""
    case = session.scalars(select(Case)).first()
    assert case is not None
    state = json.loads(zlib.decompress(case.state))
    case.state = zlib.compress(
        json.dumps({**state, "nama": repertoire.NAME}, ensure_ascii=False).encode()
    )
    session.flush()


def whoever_sees_too_much(world: Ground) -> list[str]:
    """Names of people whose lists differ from what the rules let them see."""
    names = []
    for name, who in world.people.items():
        with world.works.begin(who) as work:
            known = rules.sights(work)
            if any(
                sight.too_much_or_too_little(work, known, turn) for turn in range(len(inbox.TABS))
            ):
                names.append(name)
    return names
