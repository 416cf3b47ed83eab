"""Requirement checklists: which papers a kind of letter needs (DMN), what was given, what is
missing (R54, R55).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from workflow_app.domain import Answers
from workflow_app.engine import form_messages
from workflow_app.engine.definitions import Definition
from workflow_app.engine.form_messages import line_answers
from workflow_app.engine.forms import Field, Form
from workflow_app.models import Case, CaseWaiver
from workflow_app.services.cases import access, answers
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import definition_of

_WAIVERS = select(CaseWaiver.line, CaseWaiver.granted).where(
    CaseWaiver.case_id == bindparam("case_id")
)

FORM_LABELS = {
    "fotokopi": "fotokopi",
    "asli": "asli",
    "ditunjukkan": "asli ditunjukkan",
    "surat": "surat",
    "nomor": "nomor",
}


@dataclass(frozen=True)
class RequirementLine:
    """One line of the SOP's list (IV.8), with the original sentence beside the parsed rule."""

    id: str
    kind: str
    kind_label: str
    evidence: str
    form: str
    form_label: str
    issuer: str
    minimum: int
    condition: str
    sop_sentence: str
    soft: bool
    """True if Ka SPKT may waive it with a written reason."""
    clause: str


@dataclass(frozen=True)
class RequirementKind:
    """All lines of one kind of lost thing."""

    code: str
    label: str
    lines: list[RequirementLine]


@dataclass(frozen=True)
class MissingLine:
    """A line that is not fulfilled, and why, in words an officer can read out."""

    line: RequirementLine
    reason: str


def table(definition: Definition) -> list[RequirementKind]:
    """The whole table of a process, by kind, in the order of the SOP."""
    decision = _checklist(definition)
    kinds: dict[str, list[RequirementLine]] = {}
    labels = _kind_labels(definition)
    for row in definition.decisions[decision].rows:
        line = _line(row, labels)
        if line.id not in {known.id for known in kinds.setdefault(line.kind, [])}:
            kinds[line.kind].append(line)
    return [RequirementKind(code, labels.get(code, code), lines) for code, lines in kinds.items()]


def public_table(work: UnitOfWork, process_key: str = "sktlk") -> list[RequirementKind]:
    """The table of the version in force, for citizens."""
    return table(definition_of(work, definitions.current(work, process_key).id))


def for_task(work: UnitOfWork, task_id: UUID) -> list[RequirementLine]:
    """The lines that a checklist or waiver form of this task is about."""
    task = access.visible_task(work, task_id)
    case = work.session.get_one(Case, task.case_id)
    definition = definition_of(work, case.definition_id)
    lines = lines_of(work, case)
    if any(field.widget == "waiver" for field in definition.form(task.element).fields.values()):
        waiting = form_messages.undecided(_given(work, case), _waivers(work, case.id))
        return [line for line in lines if line.id in waiting]
    return lines


def requests(work: UnitOfWork, task_id: UUID) -> list[MissingLine]:
    """The exceptions that wait for a decision, each with the reason that the officer gave."""
    task = access.visible_task(work, task_id)
    case = work.session.get_one(Case, task.case_id)
    given = _given(work, case)
    waiting = form_messages.undecided(given, _waivers(work, case.id))
    return [
        MissingLine(line, str(given[line.id].get("reason") or ""))
        for line in lines_of(work, case)
        if line.id in waiting
    ]


def has_checklist(definition: Definition) -> bool:
    """Does any form of the process ask for papers by a checklist?"""
    forms = definition.forms.values()
    return any(field.widget == "requirements" for form in forms for field in form.fields.values())


def is_asking(work: UnitOfWork, case_id: UUID) -> bool:
    """The same of the process of a case."""
    return has_checklist(definition_of(work, access.visible_case(work, case_id).definition_id))


def lines_of(work: UnitOfWork, case: Case) -> list[RequirementLine]:
    """The lines that apply to a case, from the decision table of its own version; none where
    nothing is asked for.
    """
    definition = definition_of(work, case.definition_id)
    if not has_checklist(definition):
        return []
    rule = definition.decisions[_checklist(definition)]
    known = _public_answers(work, case)
    variables = {name: known.get(name) for name in rule.inputs}
    labels = _kind_labels(definition)
    return [_line({**variables, **row}, labels) for row in rule.evaluate(variables)]


def check(work: UnitOfWork, case: Case, form: Form, given: Answers) -> dict[str, str]:
    """Faults of checklist answers that the schema cannot see: field to sentence."""
    judges = {"requirements": _checklist_faults, "waiver": _waiver_faults}
    faults: dict[str, str] = {}
    for field in form.fields.values():
        value = given.get(field.name)
        if field.widget in judges and isinstance(value, dict):
            lines = {line.id: line for line in lines_of(work, case)}
            faults |= judges[field.widget](work, case, field, value, lines)
    return faults


def decide(
    work: UnitOfWork, case: Case, form: Form, given: Answers, submission_id: UUID
) -> dict[str, str | int | bool | None]:
    """Control variables that follow from a checklist or a waiver decision."""
    results: dict[str, str | int | bool | None] = {}
    for field in form.fields.values():
        value = given.get(field.name)
        if field.widget == "requirements":
            results[field.parameters["result"]] = _state(work, case, line_answers(value))
        elif field.widget == "waiver" and isinstance(value, dict):
            _record_waiver(work, case, value, submission_id)
            results[field.parameters["result"]] = _state(work, case, _given(work, case))
    return results


def missing(work: UnitOfWork, case_id: UUID) -> list[MissingLine]:
    """What is still missing and from whom: the list the citizen takes home (R55)."""
    case = access.visible_case(work, case_id)
    given, waivers = _given(work, case), _waivers(work, case.id)
    found = []
    for line in lines_of(work, case):
        reason = form_messages.gap(
            line.id, line.form, line.minimum, given.get(line.id, {}), waivers
        )
        if reason:
            found.append(MissingLine(line, reason))
    return found


def given_lines(work: UnitOfWork, case: Case) -> list[tuple[RequirementLine, Mapping[str, Any]]]:
    """Lines that were handed in, with number, issuer and date. For letters: the caller answers for
    the right to read.
    """
    given = _given(work, case)
    return [
        (line, given[line.id])
        for line in lines_of(work, case)
        if given.get(line.id, {}).get("given")
    ]


def shown_lines(work: UnitOfWork, case: Case) -> list[tuple[RequirementLine, Mapping[str, Any]]]:
    """The same for a page: the particulars only for who works on the case."""
    found = given_lines(work, case)
    return found if answers.works_on(work, case) else [(line, {}) for line, _ in found]


def _checklist_faults(
    work: UnitOfWork,
    case: Case,
    field: Field,
    value: Mapping[str, Any],
    lines: Mapping[str, RequirementLine],
) -> dict[str, str]:
    faults: dict[str, str] = {}
    for line_id, told in line_answers(value).items():
        prefix = f"{field.name}.{line_id}"
        if line_id not in lines:
            faults[prefix] = "Baris ini tidak termasuk persyaratan layanan yang dipilih."
        elif told.get("waive") and not lines[line_id].soft:
            faults[f"{prefix}.waive"] = "Persyaratan ini tidak dapat dikecualikan menurut SOP."
        elif told.get("waive") and not str(told.get("reason") or "").strip():
            faults[f"{prefix}.reason"] = (
                "Tulis alasan mengapa persyaratan ini tidak dapat dipenuhi."
            )
    return faults


def _waiver_faults(
    work: UnitOfWork,
    case: Case,
    field: Field,
    value: Mapping[str, Any],
    lines: Mapping[str, RequirementLine],
) -> dict[str, str]:
    line = lines.get(str(value.get("line")))
    waiting = form_messages.undecided(_given(work, case), _waivers(work, case.id))
    if line is None or not line.soft or line.id not in waiting:
        return {field.name: "Pilih persyaratan yang dimintakan pengecualian dan belum diputuskan."}
    if len(str(value.get("reason") or "").strip()) < answers.SHORTEST:
        return {field.name: "Tulis alasan keputusan, paling sedikit sepuluh huruf."}
    return {}


def _state(work: UnitOfWork, case: Case, given: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [(line.id, line.form, line.minimum) for line in lines_of(work, case)]
    return form_messages.state(lines, given, _waivers(work, case.id))


def _record_waiver(
    work: UnitOfWork, case: Case, value: Mapping[str, Any], submission_id: UUID
) -> None:
    granted = value.get("decision") == "beri"
    line = str(value["line"])
    work.session.merge(
        CaseWaiver(
            case_id=case.id,
            line=line,
            granted=granted,
            submission_id=submission_id,
            decided_at=work.clock(),
            decided_by=work.actor.user_id,
        )
    )
    work.session.flush()
    action = "waiver.granted" if granted else "waiver.refused"
    unit_of_work.record_case(work, case.id, action, line=line)


def _waivers(work: UnitOfWork, case_id: UUID) -> dict[str, bool]:
    return dict(unit_of_work.read(work, _WAIVERS, {"case_id": case_id}).all())


def _given(work: UnitOfWork, case: Case) -> dict[str, Mapping[str, Any]]:
    """Newest checklist answers of a case."""
    definition = definition_of(work, case.definition_id)
    fields = {
        element: field.name
        for element, form in definition.forms.items()
        for field in form.fields.values()
        if field.widget == "requirements"
    }
    found = answers.newest(work, case.id, fields.keys())
    if not found:
        return {}
    last = list(found.values())[-1]
    value = answers.unsealed(work, case, [last])[last.element].get(fields[last.element])
    return line_answers(value)


def _public_answers(work: UnitOfWork, case: Case) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for submission in answers.newest(work, case.id).values():
        merged.update(submission.answers)
    return merged


def _checklist(definition: Definition) -> str:
    for form in definition.forms.values():
        for field in form.fields.values():
            if field.widget == "requirements":
                return field.parameters["decision"]
    raise KeyError(f"{definition.key} has no checklist")


def _kind_labels(definition: Definition) -> Mapping[str, str]:
    fields: Iterable[Field] = (
        field
        for form in definition.forms.values()
        for field in form.fields.values()
        if field.name == "jenis"
    )
    return next((field.options for field in fields), {})


def _line(row: Mapping[str, Any], labels: Mapping[str, str]) -> RequirementLine:
    forms = str(row["bentuk"]).split("+")
    kind = str(row.get("jenis") or "")
    return RequirementLine(
        id=str(row["butir"]),
        kind=kind,
        kind_label=labels.get(kind, kind),
        evidence=str(row["bukti"]),
        form=str(row["bentuk"]),
        form_label=" dan ".join(FORM_LABELS.get(form, form) for form in forms),
        issuer=str(row["penerbit"] or ""),
        minimum=int(row["minimum"] or 1),
        condition=str(row["syarat"] or ""),
        sop_sentence=str(row["kalimat_sop"]),
        soft=bool(row["lunak"]),
        clause=str(row["klausul"]),
    )
