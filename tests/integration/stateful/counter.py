"""The counter as a machine of random actions. Beside it runs a model: who holds which task, who may do what, what was numbered."""

import io
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant
from PIL import Image
from sqlalchemy import select

from tests.integration.stateful import repertoire
from tests.integration.stateful.accounts import Accounts
from tests.integration.stateful.checks import CHECKS
from tests.integration.stateful.hall import deed
from tests.integration.stateful.machinery import Machinery
from workflow_app.errors import NotFound
from workflow_app.models.case import Case
from workflow_app.models.incident import Incident
from workflow_app.models.letter import Letter
from workflow_app.models.task import Task
from workflow_app.permissions import CASE_STARTERS, IDENTITY_READERS, INCIDENT_RETRIERS, LEADS
from workflow_app.services import (
    cases,
    documents,
    drafts,
    identities,
    inbox,
    incidents,
    letters,
    tasks,
)
from workflow_app.services.letters import WITHDRAWERS
from workflow_app.services.unit_of_work import UnitOfWork

REASON = f"{repertoire.PERSONAL[0]}: alasan yang cukup panjang"
"""Officers name people in reasons."""

anybody = st.sampled_from(
    ["petugas", "petugas2", "ka_spkt", "ka_spkt2", "pamapta", "ganda", "auditor", "pimpinan", "arsiparis", "unit_lain", "masyarakat"]
)  # fmt: skip
suited_or_anybody = st.none() | anybody
"""None is somebody who may; else nearly everything would be refused."""
which = st.integers(0, 30)
turns = st.integers(0, 11)


class Counter(Accounts, Machinery):
    """Random legal and illegal actions of random people; after each the checks must hold."""

    # What people do.

    @initialize(
        actor=st.sampled_from(["petugas", "pamapta", "ganda"]),
        steps=st.sampled_from(range(0, 16, 3)),
        turn=turns,
    )
    def a_case_is_under_way(self, actor: str, steps: int, turn: int) -> None:
        self.start(actor, "A")
        for _ in range(steps):
            self.proceed(0, turn)
            self.run_job(0)

    @deed(actor=anybody.filter(lambda name: name != "unit_lain"), token=st.sampled_from("ABCDEF"))
    def start(self, actor: str, token: str) -> None:
        """The other unit would start a case of its own. A token that was used starts nothing more."""
        who, begun_by = self.people[actor], self.begun.get(token)
        before = self.snapshot()
        legal = bool(who.roles & CASE_STARTERS) and begun_by in (None, actor)
        if self.act(actor, legal, lambda work: cases.start(work, "sktlk", f"{self.marks}{token}")):
            assert begun_by is None or self.snapshot() == before, "one page has started two cases"
            self.begun[token] = actor

    @deed(actor=suited_or_anybody, chosen=which)
    def claim(self, actor: str | None, chosen: int) -> None:
        task = self.task(chosen)
        if task is None:
            return
        actor = actor or self.suited(task) or "auditor"
        who = self.people[actor]
        legal = (
            self.is_open_for(who, task)
            and task.assignee_id in (None, who.user_id)
            and not self.is_barred(who, task)
        )
        if self.act(actor, legal or self.has(who, task), lambda work: tasks.claim(work, task.id)):
            self.holders[task.id] = who.user_id

    @deed(actor=anybody, chosen=which)
    def release(self, actor: str, chosen: int) -> None:
        task = self.task(chosen)
        if task is None:
            return
        who = self.people[actor]
        free = task.assignee_id is None or self.has(who, task) or bool(who.roles & LEADS)
        if self.act(
            actor,
            self.sees(who, task) and self.is_open(task) and free,
            lambda work: tasks.release(work, task.id),
        ):
            self.holders[task.id] = None

    @deed(actor=st.just("pamapta") | anybody, to=suited_or_anybody, chosen=which)
    def reassign(self, actor: str, to: str | None, chosen: int) -> None:
        task = self.task(chosen)
        if task is None:
            return
        to = to or self.suited(task, is_free=False) or "auditor"
        who, receiver = self.people[actor], self.people[to]
        fits = (
            task.role in self.roles[to]
            and to not in self.closed
            and receiver.unit == "spkt"
            and not self.is_barred(receiver, task)
        )
        legal = bool(who.roles & LEADS) and self.sees(who, task) and self.is_open(task) and fits
        if self.act(actor, legal, lambda work: tasks.reassign(work, task.id, receiver.user_id or uuid4())):
            self.holders[task.id] = receiver.user_id

    @deed(actor=suited_or_anybody, chosen=which)
    def autosave(self, actor: str | None, chosen: int) -> None:
        task = self.task(chosen)
        actor = actor or (self.suited(task) if task else None) or "auditor"
        if task is None or self.is_outdated(actor):
            return
        legal = self.is_open_for(self.people[actor], task)
        self.act(
            actor,
            legal,
            lambda work: drafts.save(work, task.id, {"nama": repertoire.PERSONAL[0]}),
            is_recorded=False,
        )

    @deed(
        actor=anybody,
        chosen=which,
        turn=turns,
        refused=st.sampled_from([None, None, None, *repertoire.REFUSED]),
    )
    def complete(self, actor: str, chosen: int, turn: int, refused: dict[str, Any] | None) -> None:
        task = self.task(chosen)
        if task is None:
            return
        who = self.people[actor]
        legal = (
            self.is_open_for(who, task)
            and task.assignee_id in (None, who.user_id)
            and not self.is_barred(who, task)
        )
        self.completing(actor, task, turn, legal and refused is None, refused)

    @deed(chosen=which, turn=turns)
    def proceed(self, chosen: int, turn: int) -> None:
        """Somebody who may does what is next."""
        with self.reading() as work:
            waiting = repertoire.open_tasks(work)
        if not waiting:
            return
        task = waiting[chosen % len(waiting)]
        if (name := self.suited(task)) is not None:
            self.completing(name, task, turn, True, None)

    @deed(actor=suited_or_anybody, is_changed=st.booleans())
    def send_the_last_form_again(self, actor: str | None, is_changed: bool) -> None:
        if self.sent is not None:
            self.send_again(actor or self.sent.actor, self.sent, is_changed)

    @deed(turn=turns)
    def approve_what_one_recorded(self, turn: int) -> None:
        """Who holds both roles tries; four eyes decide, not the role."""
        who = self.people["ganda"]
        with self.reading() as work:
            waiting = [task for task in repertoire.open_tasks(work) if task.role == "ka_spkt"]
        for task in waiting:
            if self.is_barred(who, task):
                self.act("ganda", False, lambda work, task=task: tasks.claim(work, task.id))
                self.completing("ganda", task, turn, False, None)

    @deed(actor=anybody, chosen=which, reason=st.sampled_from(["", REASON, REASON]))
    def cancel(self, actor: str, chosen: int, reason: str) -> None:
        if chosen % 4:  # else no case would live long
            return
        case = self.case(chosen)
        if case is None:
            return
        who = self.people[actor]
        seen = self.sees_case(who, case) and bool(who.roles & (CASE_STARTERS | LEADS))
        legal = seen and bool(reason) and case.closed_at is None and not self.has_letter(case.id)
        is_again = bool(reason) and self.cancelled.get(case.id) == actor
        if self.act(
            actor, None if legal or is_again else False, lambda work: cases.cancel(work, case.id, reason)
        ):
            self.cancelled[case.id] = actor

    @deed(actor=anybody, chosen=which, purpose=st.sampled_from(["", REASON]))
    def reveal(self, actor: str, chosen: int, purpose: str) -> None:
        case = self.case(chosen)
        if case is None:
            return
        who = self.people[actor]
        legal = self.sees_case(who, case) and bool(who.roles & IDENTITY_READERS) and bool(purpose)
        self.act(actor, legal, lambda work: identities.reveal(work, case.id, purpose))

    @deed(actor=anybody, chosen=which, shade=st.integers(0, 3))
    def upload(self, actor: str, chosen: int, shade: int) -> None:
        case = self.case(chosen)
        if case is None:
            return
        who = self.people[actor]
        picture = io.BytesIO()
        Image.new("L", (8, 8), shade).save(picture, "PNG")
        with self.reading() as work:
            roles = set(work.session.scalars(select(Task.role).where(Task.case_id == case.id)))
        legal = case.closed_at is None and who.unit == "spkt" and bool(roles & who.roles)
        self.act(
            actor,
            None if legal else False,
            lambda work: documents.upload(
                work, case.id, element="", label="Dokumen lain", data=picture.getvalue()
            ),
        )

    @deed(actor=st.just("ka_spkt") | anybody, chosen=which, reason=st.sampled_from(["pendek", REASON]))
    def withdraw(self, actor: str, chosen: int, reason: str) -> None:
        with self.reading() as work:
            issued = work.session.scalars(select(Letter).order_by(Letter.number)).all()
        if not issued:
            return
        letter = issued[chosen % len(issued)]
        case = self.case_of(letter.case_id)
        who = self.people[actor]
        is_again = letter.voided_by == who.user_id and self.reason_of(letter) == reason
        legal = (
            self.sees_case(who, case) and bool(who.roles & WITHDRAWERS) and reason == REASON
            and case.closed_at is not None and (letter.status == "valid" or is_again)
        )  # fmt: skip
        self.act(actor, legal, lambda work: letters.withdraw(work, letter.id, reason))

    @deed(actor=st.just("pamapta") | anybody, chosen=which)
    def retry(self, actor: str, chosen: int) -> None:
        with self.reading() as work:
            found = work.session.scalars(select(Incident.id).where(Incident.resolved_at.is_(None))).all()
        if found:
            who = self.people[actor]
            allowed = bool(who.roles & INCIDENT_RETRIERS) and who.unit == "spkt"
            self.act(
                actor,
                None if allowed else False,
                lambda work: incidents.retry(work, found[chosen % len(found)]),
            )

    # What must hold after every action.

    @invariant()
    def everything_holds(self) -> None:
        with self.reading() as work:
            found = {task.id: task.assignee_id for task in repertoire.open_tasks(work)}
            for task_id, holder in self.holders.items():
                assert task_id not in found or found[task_id] == holder, "the task is with somebody else"
            self.holders = found
            for check in CHECKS:
                assert check(work) == [], check.__doc__

    @deed(chosen=which)
    def strangers_look(self, chosen: int) -> None:
        """Nobody outside the unit sees anything; who has no part in a case does not either."""
        case, task = self.case(chosen), self.task(chosen)
        for name in ("unit_lain", "masyarakat", "arsiparis"):
            with self.works.begin(self.people[name]) as work:
                assert [tab for tab in inbox.TABS if inbox.page(work, tab).rows] == [], f"{name} has an inbox"
                assert cases.search(work, "B-2026") == []
                for look in self.looks(case, task):
                    try:
                        look(work)
                    except NotFound:
                        continue
                    raise AssertionError(f"{name} sees something")

    def looks(self, case: Case | None, task: Task | None) -> Iterator[Callable[[UnitOfWork], object]]:
        if case is not None and task is not None:
            yield lambda work: cases.get(work, case.id)
            yield lambda work: tasks.get(work, task.id)
            yield lambda work: documents.for_case(work, case.id)
            yield lambda work: letters.for_case(work, case.id)
