"""One rule, twice: what a person may open is exactly what lists and searches show, over random
cases, people and walls.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from workflow_app.domain import SYSTEM, Actor, NotFound
from workflow_app.models import Case, CaseWall, Definition, Task, User
from workflow_app.permissions import INCIDENT_READERS
from workflow_app.services.cases import access, inbox, task_rights
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.office_settings import configuration

ROLES = (
    "petugas",
    "pamapta",
    "ka_spkt",
    "pimpinan",
    "auditor",
    "admin",
    "piket_propam",
    "piket_lantas",
)
UNITS = st.sampled_from(["spkt", "spkt", "spkt", "lain"])
PEOPLE = st.lists(
    st.tuples(UNITS, st.frozensets(st.sampled_from(ROLES), max_size=3)), min_size=4, max_size=4
)
WHO = st.integers(0, 3)
HAND_OFF = st.sampled_from([None, "held", "ended"])


@dataclass(frozen=True)
class Plan:
    """One case to be made; people by their place in the list."""

    unit: str
    opened_by: int | None
    tasks: tuple[tuple[str, int | None, str | None], ...]
    """Role, holder, and hand-off of each."""
    walls: frozenset[int]
    confined_to: str | None


PLANS = st.lists(
    st.builds(
        Plan,
        unit=UNITS,
        opened_by=st.none() | WHO,
        tasks=st.lists(
            st.tuples(st.sampled_from(ROLES), st.none() | WHO, HAND_OFF), max_size=2
        ).map(tuple),
        walls=st.frozensets(WHO, max_size=2),
        confined_to=st.none() | st.sampled_from(["piket_propam", "piket_lantas"]),
    ),
    min_size=1,
    max_size=8,
)


@contextmanager
def taken_back(works: Works) -> Iterator[None]:
    nested = works.session_factory.kw["bind"].begin_nested()
    yield
    nested.rollback()


def made(
    works: Works, people: Sequence[tuple[str, frozenset[str]]], plans: Sequence[Plan]
) -> list[Actor]:
    """The people and their cases, as rows only."""
    actors = [
        Actor(uuid4(), f"Contoh {no}", roles, unit) for no, (unit, roles) in enumerate(people)
    ]
    ids = [actor.user_id for actor in actors]
    with works.begin(SYSTEM) as work:
        now = work.clock()
        definition = work.session.scalars(select(Definition.id)).first()
        account = {"rank": "", "nrp": "", "password_hash": "", "created_at": now}
        work.session.execute(
            insert(User),
            [{"id": a.user_id, "username": str(a.user_id), "full_name": a.name, "unit": a.unit,
                **account} for a in actors],
        )  # fmt: skip
        for plan in plans:
            case_id = uuid4()
            row = {
                "process_key": "sktlk",
                "definition_id": definition,
                "status": "running",
                "state": b"",
                "data_key": b"",
            }
            place = {"unit": plan.unit, "confined_to": plan.confined_to}
            opened = {
                "opened_at": now,
                "opened_by": None if plan.opened_by is None else ids[plan.opened_by],
            }
            work.session.execute(
                insert(Case), [{"id": case_id, "number": str(case_id), **row, **place, **opened}]
            )
            for role, holder, hand_off in plan.tasks:
                holds = {
                    "role": role,
                    "assignee_id": None if holder is None else ids[holder],
                    "hand_off": hand_off,
                }
                task = {
                    "id": uuid4(),
                    "case_id": case_id,
                    "element": "x",
                    "name": "X",
                    "unit": plan.unit,
                }
                work.session.execute(
                    insert(Task), [{**task, **holds, "status": "open", "created_at": now}]
                )
            for who in plan.walls:
                wall = {"case_id": case_id, "user_id": ids[who], "since": now, "reason_key": "x.y"}
                work.session.execute(insert(CaseWall), [wall])
    return actors


def may_open(work: UnitOfWork, case_id: UUID) -> bool:
    try:
        return access.visible_case(work, case_id).id == case_id
    except NotFound:
        return False


def minds(work: UnitOfWork, case_id: UUID) -> bool:
    try:
        access.check_minds(work, work.session.get_one(Case, case_id))
    except NotFound:
        return False
    return True


def reads(work: UnitOfWork, case_id: UUID) -> bool:
    return may_open(work, case_id) and task_rights.reads_papers(
        work, work.session.get_one(Case, case_id)
    )


@given(people=PEOPLE, plans=PLANS, leadership_sees=st.booleans(), receivers_read=st.booleans())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_lists_and_single_cases_agree(
    works: Works,
    sktlk: str,
    people: list[tuple[str, frozenset[str]]],
    plans: list[Plan],
    leadership_sees: bool,
    receivers_read: bool,
) -> None:
    assert sktlk
    with taken_back(works):
        actors = made(works, people, plans)
        with works.begin(SYSTEM) as work:
            key = "propam.pimpinan_melihat"
            configuration.set_value(work, key, leadership_sees, configuration.SOP_IN_FORCE)
            configuration.set_value(
                work, access.RECEIVERS_READ, receivers_read, configuration.SOP_IN_FORCE
            )
        for place, actor in enumerate(actors):
            with works.begin(actor) as work:
                every = work.session.scalars(select(Case)).all()
                listed = set(work.session.scalars(select(Case.id).where(access.sees_case(work))))
                counted = set(
                    work.session.scalars(select(Case.id).where(access.sees_of_many(work)))
                )
                readable = set(
                    work.session.scalars(select(Case.id).where(task_rights.readable_case(work)))
                )
                minded = set(work.session.scalars(select(Case.id).where(access.minds_case(work))))
                shown = [
                    row.case_id
                    for tab in inbox.TABS
                    for row in inbox.page(work, tab, limit=99).rows
                ]
                walled = set(
                    work.session.scalars(
                        select(CaseWall.case_id).where(CaseWall.user_id == actor.user_id)
                    )
                )

                assert listed == {case.id for case in every if may_open(work, case.id)}, (
                    place,
                    actor,
                )
                assert counted == listed, (place, actor)
                assert readable == {case.id for case in every if reads(work, case.id)}, (
                    place,
                    actor,
                )
                assert minded == {case.id for case in every if minds(work, case.id)}, (place, actor)
                assert not walled & {*listed, *minded, *shown}
                assert readable == {case.id for case in every if reads(work, case.id)}, (
                    place,
                    actor,
                )
                assert minded == listed or actor.roles & INCIDENT_READERS
