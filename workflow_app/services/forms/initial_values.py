"""What a case takes over from the one it continues: first values of a form, so that nobody tells
the same thing twice.

Who may not open the parent takes over nothing but what the step that began the case hands over to
it, and who may not read an answer there does not get it here (decisions 0015, 0025).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from workflow_app.domain import Answers, NotFound
from workflow_app.engine import forms
from workflow_app.engine.forms import PERSONAL_GROUPS, WORKING_NOTES, Field, Form
from workflow_app.models import Case, Task
from workflow_app.services.cases import access, answers, clocks, related_cases, task_rights
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes.definitions import definition_of

MASKED = PERSONAL_GROUPS - {WORKING_NOTES}


@dataclass(frozen=True)
class _Offer:
    """What one case may take from another: its groups that may be opened, its elements that are
    open; None for all.
    """

    parent: Case
    groups: frozenset[str] = PERSONAL_GROUPS
    open_to: frozenset[str] | None = None


def first_values(
    work: UnitOfWork, case: Case, task: Task, form: Form, sources: Iterable[str]
) -> Answers:
    """Answers of the parent to questions that this form asks too. `sources` name its elements as
    `<process>.<element>`.
    """
    wanted = _wanted(sources)
    parent_id = related_cases.parent_of(work, case.id) if wanted else None
    if parent_id is None:
        return {}
    offer = _offered(work, case, parent_id)
    taken, origins = _taken(work, offer, task, form, wanted)
    if any(origin.personal in MASKED for name, origin in origins.items() if name in taken):
        _record_opening(work, offer.parent, task)
    return taken if origins else {}


def personal_from_parent(
    work: UnitOfWork, case: Case, task: Task, form: Form, sources: Iterable[str]
) -> frozenset[str]:
    """The personal questions of the form that start with an answer of the parent, for who may read
    all of it. The answers stay here.
    """
    wanted = _wanted(sources)
    parent_id = related_cases.parent_of(work, case.id) if wanted else None
    if parent_id is None:
        return frozenset()
    taken, origins = _taken(work, _Offer(work.session.get_one(Case, parent_id)), task, form, wanted)
    return frozenset(
        name for name in origins if name in taken and form.fields[name].personal is not None
    )


def _wanted(sources: Iterable[str]) -> list[list[str]]:
    return [source.split(".", 1) for source in sources if "." in source]


def _taken(
    work: UnitOfWork, offer: _Offer, task: Task, form: Form, wanted: Iterable[list[str]]
) -> tuple[Answers, dict[str, Field]]:
    """What the form starts with, and the question of the parent behind each answer that comes from
    there.
    """
    parent = offer.parent
    names = {name for key, name in wanted if key == parent.process_key}
    found = answers.newest(
        work, parent.id, names if offer.open_to is None else names & offer.open_to
    )
    opened = answers.unsealed(work, parent, found.values(), offer.groups)
    theirs = definition_of(work, parent.definition_id).forms
    taken: Answers = {}
    origins: dict[str, Field] = {}
    for element, given in opened.items():
        for name, value in given.items():
            field, origin = form.fields.get(name), theirs[element].fields.get(name)
            if field and origin and forms.may_stand(field, origin, value):
                taken[name], origins[name] = value, origin
    defaults = forms.defaults(form, work.clock(), clocks.opened_at(task))
    return forms.visible(form, {**defaults, **taken}), origins


def _offered(work: UnitOfWork, case: Case, parent_id: UUID) -> _Offer:
    """What is open to the actor.

    Who does not see the parent gets what the step that began this case hands over to it, and reads
    there what he may open here (decision 0025).
    """
    try:
        parent = access.visible_case(work, parent_id)
    except NotFound:
        parent = work.session.get_one(Case, parent_id)
        groups = MASKED if task_rights.opens_identities(work, case) else frozenset[str]()
        return _Offer(parent, groups, related_cases.handed_over(work, parent, case.id))
    return _Offer(parent, answers.readable_groups(work, parent))


def _record_opening(work: UnitOfWork, parent: Case, task: Task) -> None:
    """The parent tells who read its identity, and what for: once per person and task, however often
    the page is opened.
    """
    kind = f"pembukaan:{task.id}:{work.actor.user_id}"
    if answers.find(work, parent, kind) is None:
        answers.keep(work, parent, kind, f"Isian awal berkas lanjutan: {task.name}")
        unit_of_work.record_case(work, parent.id, answers.REVEALED, remark=kind)
