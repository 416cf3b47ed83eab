"""What people do with the tasks of any process: take, give, stand in, keep a draft, complete, send
twice.
"""

from dataclasses import dataclass, replace
from random import Random
from uuid import UUID, uuid4

from hypothesis import strategies as st
from sqlalchemy import select

from tests.integration.stateful import repertoire, rules
from tests.integration.stateful.hall import Hall, deed
from workflow_app.domain import Actor, Answers, LoopLimitReached
from workflow_app.engine import forms
from workflow_app.models import Case, Draft, Task
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.workflow import drafts, tasks

NAMES = (
    *("petugas", "petugas2", "pamapta", "pamapta2", "ka_spkt", "ka_spkt2", "ganda", "serba"),
    *(
        "pimpinan",
        "auditor",
        "arsiparis",
        "admin",
        "piket_reskrim",
        "piket_narkoba",
        "piket_intelkam",
    ),
    *("piket_lantas", "piket_samapta", "piket_binmas", "piket_propam", "unit_lain", "masyarakat"),
)
anybody = st.sampled_from(NAMES)
suited_or_anybody = st.none() | anybody
"""None is somebody who may; else nearly everything would be refused."""
leads = st.sampled_from(["pamapta", "ka_spkt", "piket_propam"])
which = st.integers(0, 30)
turns = st.integers(0, 2**20)
"""Which of all the answers that a form allows."""


@dataclass(frozen=True)
class Sent:
    """A form as it was sent."""

    actor: str
    task: Task
    answers: Answers
    token: str
    seen_draft: str
    """The draft on the page it came from."""

    def arrives(self, work: UnitOfWork) -> object:
        """At the counter, for the first time or again."""
        return tasks.complete(work, self.task.id, self.answers, self.token, self.seen_draft)


class Desk(Hall):
    """Tasks."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: Sent | None = None
        """The last form that was taken."""

    @deed(weight=2, actor=suited_or_anybody, chosen=which)
    def claim(self, actor: str | None, chosen: int) -> None:
        task = self.task(chosen)
        if task is None:
            return
        actor = actor or self.suited(task) or "auditor"
        who = self.people[actor]
        holds_role = task.role in who.roles
        absent = self.absent_for(who, task)
        has_it = task.assignee_id in {who.user_id, *absent} and task.status == "open"
        waits = task.assignee_id is None and self.may_complete(who, task)
        legal = (waits and (holds_role or bool(absent))) or (
            has_it and self.sight_of(task.case_id).is_for(who)
        )
        if self.act(actor, legal, lambda work: tasks.claim(work, task.id)) and not has_it:
            self.holders[task.id] = who.user_id if holds_role else self.holder_among(task, absent)

    def holder_among(self, task: Task, absent: set[UUID]) -> UUID | None:
        """Who has a task that was taken in the place of somebody absent: it is at his desk."""
        with self.reading() as work:
            holder = work.session.get_one(Task, task.id).assignee_id
        assert holder in absent, "a substitute has taken the task for himself"
        return holder

    @deed(actor=suited_or_anybody, chosen=which)
    def take_over(self, actor: str | None, chosen: int) -> None:
        """Who stands in takes a task over, also from who holds it; who has it keeps it."""
        task = self.task(chosen)
        if task is None:
            return
        actor = actor or "petugas"
        who = self.people[actor]
        with self.reading() as work:
            may = rules.may_stand_in(work, who, task)
        has_it = task.assignee_id == who.user_id
        legal = (
            (may or has_it) and task.status == "open" and self.sight_of(task.case_id).is_for(who)
        )
        if self.act(actor, legal, lambda work: tasks.take_over(work, task.id)):
            self.holders[task.id] = who.user_id

    @deed(actor=leads | anybody, chosen=which)
    def release(self, actor: str, chosen: int) -> None:
        task = self.task(chosen)
        if task is None:
            return
        who, sight = self.people[actor], self.sight_of(task.case_id)
        has_it = task.assignee_id in {None, who.user_id, *self.absent_for(who, task)}
        free = has_it or bool(who.roles & sight.leads())
        legal = sight.is_for(who) and task.status == "open" and free
        if self.act(actor, legal, lambda work: tasks.release(work, task.id)):
            self.holders[task.id] = None

    @deed(weight=3, actor=st.just("pamapta") | leads | anybody, to=suited_or_anybody, chosen=which)
    def reassign(self, actor: str, to: str | None, chosen: int) -> None:
        """A lead gives a task on; four eyes, walls, roles and accounts hold for who gets it."""
        task = self.task(chosen)
        if task is None:
            return
        to = to or self.suited(task, is_free=False) or "auditor"
        who, receiver, sight = self.people[actor], self.people[to], self.sight_of(task.case_id)
        fits = (
            task.role in self.roles[to]
            and to not in self.closed
            and receiver.unit == task.unit
            and receiver.user_id not in sight.walled_off
            and not self.has_recorded(receiver, task)
        )
        legal = (
            bool(who.roles & sight.leads()) and sight.is_for(who) and task.status == "open" and fits
        )
        if self.act(
            actor, legal, lambda work: tasks.reassign(work, task.id, receiver.user_id or uuid4())
        ):
            self.holders[task.id] = receiver.user_id

    def has_recorded(self, who: Actor, task: Task) -> bool:
        """Did this person do what the task is to approve, himself or through a substitute?"""
        with self.reading() as work:
            return who.user_id in rules.have_recorded(work, task)

    @deed(actor=suited_or_anybody, chosen=which)
    def autosave(self, actor: str | None, chosen: int) -> None:
        task = self.task(chosen)
        actor = actor or (self.suited(task) if task else None) or "auditor"
        if task is None or self.is_outdated(actor):
            return
        legal = self.is_open_for(self.people[actor], task)
        given: Answers = {"nama": repertoire.NAME}
        self.act(actor, legal, lambda work: drafts.save(work, task.id, given), is_recorded=False)

    @deed(
        weight=2,
        actor=anybody,
        chosen=which,
        turn=turns,
        is_spoiled=st.sampled_from([False, False, True]),
    )
    def complete(self, actor: str, chosen: int, turn: int, is_spoiled: bool) -> None:
        task = self.task(chosen)
        if task is not None:
            self.completing(actor, task, turn, is_spoiled=is_spoiled)

    @deed(weight=4, chosen=which, turn=turns, is_spoiled=st.sampled_from([False] * 7 + [True]))
    def proceed(self, chosen: int, turn: int, is_spoiled: bool = False) -> None:
        """Somebody who may does what is next."""
        with self.reading() as work:
            waiting = repertoire.open_tasks(work)
        if not waiting:
            return
        task = waiting[chosen % len(waiting)]
        if (name := self.suited(task)) is not None:
            self.completing(name, task, turn, is_spoiled=is_spoiled)

    @deed(actor=suited_or_anybody, is_changed=st.booleans())
    def send_the_last_form_again(self, actor: str | None, is_changed: bool) -> None:
        if self.sent is not None:
            self.send_again(actor or self.sent.actor, self.sent, is_changed)

    @deed(turn=turns, name=st.sampled_from(["ganda", "serba"]))
    def approve_what_one_recorded(self, turn: int, name: str) -> None:
        """Who holds several roles tries every step that asks for other eyes; the eyes decide, not
        the role.
        """
        with self.reading() as work:
            waiting = [
                task
                for task in repertoire.open_tasks(work)
                if "fourEyes" in rules.properties_of(work, task)
            ]
        for task in waiting[:2]:
            self.completing(name, task, turn)

    def completing(self, actor: str, task: Task, turn: int, *, is_spoiled: bool = False) -> None:
        """Somebody sends the form of a task, with answers that are right or wrong."""
        who = self.people[actor]
        legal = self.may_complete(who, task)
        with self.works.begin(who) as work:
            given = (
                repertoire.answers(work, task, turn, members=self.members())
                if task.status == "open"
                else {}
            )
        if is_spoiled:
            spoiled = self.spoiled(task, given, turn)
            if spoiled is None:
                return
            legal, given = False, spoiled
        sent = Sent(actor, task, given, str(uuid4()), self.draft_version(who.user_id, task))
        if self.act(actor, legal, lambda work: sent.arrives(work), may=LoopLimitReached):
            self.holders.pop(task.id, None)
            self.sent = sent
            if turn % 3 == 0:  # a double click, or a colleague at the same page
                self.send_again(actor if turn % 2 else "petugas", sent, False)

    def send_again(self, actor: str, sent: Sent, is_changed: bool) -> None:
        """A form that was taken comes a second time, as it was or with other answers: nothing
        happens twice.
        """
        again = (
            replace(sent, answers={**sent.answers, **self.other_answers(sent)})
            if is_changed
            else sent
        )
        is_same = again.answers == sent.answers
        legal = (
            actor == sent.actor
            and is_same
            and self.sight_of(sent.task.case_id).is_for(self.people[actor])
        )
        before = self.snapshot()
        self.act(actor, legal, lambda work: again.arrives(work))
        assert self.snapshot() == before, "one form has had two effects"

    def other_answers(self, sent: Sent) -> Answers:
        """One answer of a form that was not given; none where the form asks nothing that is always
        shown.
        """
        with self.reading() as work:
            case = work.session.get_one(Case, sent.task.case_id)
            form = definition_of(work, case.definition_id).form(sent.task.element)
        free = [
            field.name
            for field in form.fields.values()
            if field.widget not in forms.ANSWERLESS_WIDGETS and field.visible_if is None
        ]
        return dict.fromkeys(free[:1], "lain")

    def spoiled(self, task: Task, given: Answers, turn: int) -> Answers | None:
        with self.reading() as work:
            case = work.session.get_one(Case, task.case_id)
            form = definition_of(work, case.definition_id).form(task.element)
        return repertoire.refused(form, given, self.ground.clock(), Random(turn))

    def draft_version(self, user_id: object, task: Task) -> str:
        with self.reading() as work:
            query = select(Draft.saved_at).where(Draft.task_id == task.id, Draft.user_id == user_id)
            return drafts.version(work.session.scalars(query).first())

    def members(self) -> list[str]:
        """Whom a form can name."""
        return [str(who.user_id) for who in self.people.values() if who.user_id is not None]
