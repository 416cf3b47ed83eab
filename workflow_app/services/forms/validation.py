"""What keeps answers from being accepted: every check of a completed form, in one place.

What stands in a form and is probably a slip of the pen. It is said beside the field and never stops
anybody. Papers that answers name as evidence: each must have been handed in at this very case.
Questions that one officer alone may answer (`only_by`): a paper that names who recorded it is
signed by nobody else (R48).

The Code of Criminal Procedure has a spoken report recorded by the officer and signed by the
reporter and him. The number is issued, and the officer's name printed, before anybody signs.
Another officer who takes over does not sign in that name: he has the part recorded anew, by
himself, and then the paper names him. Earlier answers that those of a form are compared with
(`order`): a loss is not later than the visit at which it is told. Answers that letters are filled
with: a character that no installed font can show would be missing on the paper, unsaid. Questions
whose answer an earlier one ties (`tied_to`): a thumb print is put on paper and scanned, never drawn
(R29).

What a case takes over from the one it continues: first values of a form, so that nobody tells
the same thing twice.

Who may not open the parent takes over nothing but what the step that began the case hands over to
it, and who may not read an answer there does not get it here (decisions 0015, 0025).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import select

from workflow_app.domain import Answers, NotFound
from workflow_app.engine import form_values, forms
from workflow_app.engine.definitions import Definition
from workflow_app.engine.form_messages import line_answers
from workflow_app.engine.forms import PERSONAL_GROUPS, WORKING_NOTES, Field, Form
from workflow_app.models import Case, CaseDocument, Submission, Task
from workflow_app.services.accounts import members, users
from workflow_app.services.cases import access, answers, clocks, related_cases, stages, task_rights
from workflow_app.services.core import formatting, personal_numbers, unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.forms import requirements
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes.definitions import definition_of

NO_POINT = (
    "Titik ini tidak terbaca. Tulis lintang lalu bujur, misalnya -2.7845, 115.2712, atau "
    "tempelkan tautan peta; bila tidak, tetap "
    "dapat disimpan."
)


def of_answers(form: Form, answers: Answers) -> dict[str, str]:
    """A sentence for each visible field whose answer is doubtful."""
    found = {}
    for name, answer in forms.visible(form, answers).items():
        field = form.fields[name]
        if field.widget == "tel":
            found[name] = personal_numbers.doubt_phone(str(answer))
        elif field.widget == "coordinates":
            found[name] = "" if form_values.read(str(answer)) else NO_POINT
        elif field.widget == "nik":
            born, sex = (
                str(answers.get(field.parameters.get(part, ""), "")) for part in ("born", "sex")
            )
            found[name] = personal_numbers.doubt(str(answer), born, sex)
    return {name: sentence for name, sentence in found.items() if sentence}


FOREIGN = "Dokumen ini tidak ada di berkas ini. Pindai atau unggah sekali lagi di sini."


def check(work: UnitOfWork, case: Case, form: Form, given: Answers) -> dict[str, str]:
    """Fields (or `persyaratan.<line>.documents`) that name a paper of no case or of another one,
    with a sentence.

    The case is locked by the caller.
    """
    named = [(place, paper) for place, papers in _named(form, given) for paper in papers]
    if not named:
        return {}
    query = select(CaseDocument.document_id).where(CaseDocument.case_id == case.id)
    known = {str(document) for document in work.session.scalars(query)}
    return {place: FOREIGN for place, paper in named if paper not in known}


def _named(form: Form, given: Answers) -> Iterator[tuple[str, list[str]]]:
    """Where papers are named, and which."""
    for field in form.fields.values():
        value = given.get(field.name)
        if field.widget == "documents":
            yield field.name, _papers(value)
        elif field.widget == "requirements":
            for line, parts in line_answers(value).items():
                yield f"{field.name}.{line}.documents", _papers(parts.get("documents"))


def _papers(value: object) -> list[str]:
    return [str(paper) for paper in value] if isinstance(value, list) else []


def check_named_officer(work: UnitOfWork, case: Case, form: Form, given: Answers) -> dict[str, str]:
    """Answered questions that are another officer's, with a sentence. The case is locked by the
    caller.
    """
    asked = {field.name: field.only_by for field in form.fields.values() if field.only_by}
    found: dict[str, str] = {}
    for name in asked.keys() & given.keys():
        done = answers.newest(work, case.id, [asked[name]]).get(asked[name])
        if done is not None and done.submitted_by != work.actor.user_id:
            found[name] = _sentence(work, case, done)
    return found


def _sentence(work: UnitOfWork, case: Case, done: Submission) -> str:
    officer = users.name_of(work, done.submitted_by) or "petugas lain"
    step = definition_of(work, case.definition_id).elements[done.element].name
    return (
        f"Hanya {officer}, yang mengisi “{step}” dan tertulis pada surat, yang dapat "
        "menyelesaikan bagian ini. "
        "Minta tugas ini dialihkan kepadanya."
    )


def earlier_answers(
    work: UnitOfWork, case: Case, definition: Definition, form: Form
) -> Mapping[str, Answers]:
    """The newest answers of the steps that the form compares with, times of stages as they count
    now. The case is locked by the caller.

    A sealed one is opened to be compared, and only the sentence of the form is said.
    """
    rules = (rule for field in form.fields.values() for rule in field.order)
    compared = {(element, name) for rule in rules for element, name in rule.others if element}
    if not compared:
        return {}
    found = answers.newest(work, case.id, {element for element, _ in compared})
    asked = [
        definition.form(element).fields[name] for element, name in compared if element in found
    ]
    if groups := {field.personal for field in asked if field.personal}:
        given = answers.unsealed(work, case, found.values(), groups)
    else:
        given = {element: submission.answers for element, submission in found.items()}
    corrected = _corrected(work, case, definition, found)
    return {element: {**given[element], **corrected.get(element, {})} for element in found}


def _corrected(
    work: UnitOfWork, case: Case, definition: Definition, found: Mapping[str, Submission]
) -> dict[str, Answers]:
    """Times of stages that were corrected afterwards, by step and question."""
    staged = {
        element: name
        for element in found
        if (name := definition.elements[element].properties.get("stage"))
    }
    made = stages.corrections(work, [case.id]) if staged else {}
    beside = {
        element: stages.since(made.get((case.id, element), ()), found[element])
        for element in staged
    }
    return {
        element: {staged[element]: rows[-1].at.isoformat()}
        for element, rows in beside.items()
        if rows
    }


GROUPS = frozenset({"identitas", "kontak", "uraian"})
"""Groups of answers that letters take their words from. Working notes stay inside and are kept as
they are typed, unless a template names the answer itself (`jawaban.<element>.<field>`).
"""
NAMED = re.compile(r"\bjawaban\.(\w+)\.(\w+)")
LINE_PARTS = ("number", "issuer")
"""What a letter says of a paper that was handed in."""


def check_printable(definition: Definition, form: Form, given: Answers) -> dict[str, str]:
    """Fields (or `persyaratan.<line>.<part>`) with a character that cannot be printed, with a
    sentence.
    """
    if not definition.letters:
        return {}
    named = frozenset[tuple[str, str]]().union(
        *(_named_in(letter.html) for letter in definition.letters.values())
    )
    found = ((place, formatting.unshown(text)) for place, text in _printed(form, given, named))
    return {place: _sentence_printable(character) for place, character in found if character}


@cache
def _named_in(template: str) -> frozenset[tuple[str, str]]:
    """Elements and fields that a template names. Templates belong to a definition and never
    change.
    """
    return frozenset(NAMED.findall(template))


def _printed(
    form: Form, given: Answers, named: Collection[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    for field in form.fields.values():
        value = given.get(field.name)
        is_printed = field.personal in GROUPS or (form.element, field.name) in named
        if is_printed and isinstance(value, str):
            yield field.name, value
        elif field.widget == "requirements":
            for line, parts in line_answers(value).items():
                for part in LINE_PARTS:
                    yield f"{field.name}.{line}.{part}", str(parts.get(part, ""))


def _sentence_printable(character: str) -> str:
    return (
        f"Huruf “{character}” tidak dapat dicetak pada surat. Tulis dengan huruf Latin seperti "
        "pada paspor atau KTP."
    )


def check_tied_answer(work: UnitOfWork, case: Case, form: Form, given: Answers) -> dict[str, str]:
    """Answers that the newest earlier ones do not allow, with a sentence. The case is locked by the
    caller.

    What the earlier answer was may be sealed; it is opened to be compared, and only the sentence of
    the form is said.
    """
    ties = {field.name: field.tied_to for field in form.fields.values() if field.tied_to}
    asked = {
        name: tie for name, tie in ties.items() if name in given and given[name] not in tie.only
    }
    if not asked:
        return {}
    submissions = answers.newest(work, case.id, {tie.element for tie in asked.values()})
    before = answers.unsealed(work, case, submissions.values())
    return {
        name: tie.sentence
        for name, tie in asked.items()
        if before.get(tie.element, {}).get(tie.field) == tie.equals
    }


def faults(
    work: UnitOfWork, case: Case, task: Task, definition: Definition, form: Form, given: Answers
) -> dict[str, str]:
    """A sentence per field that is wrong; first what the form itself can tell, then what needs the
    case.
    """
    earlier = earlier_answers(work, case, definition, form)
    return forms.validate(form, given, work.clock(), earlier) or {
        **requirements.check(work, case, form, given),
        **check(work, case, form, given),
        **configuration.check(work, form, given),
        **check_printable(definition, form, given),
        **members.check(work, form, given),
        **check_named_officer(work, case, form, given),
        **check_tied_answer(work, case, form, given),
        **clocks.check(work, task, form, given),
        **stages.check(work, case, task, given),
    }


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
