"""What happened in a case, in sentences, from its audit events.

What is on record of a case, for the people who look at it: step by step, what to read first, and in
sentences.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from workflow_app.domain import SYSTEM, Answers, NotFound
from workflow_app.engine import runner
from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import Form
from workflow_app.models import AuditEvent, Case, Submission
from workflow_app.services.accounts import users
from workflow_app.services.cases import access, answers, stages
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration import role_label
from workflow_app.services.processes.definitions import definition_of

SENTENCES = {
    "case.opened": "Berkas {number} dibuka",
    "case.closed": "Berkas berakhir: {outcome_words}",
    "case.cancelled": "Berkas dibatalkan dengan alasan tertulis",
    "kinship.child": "Berkas lanjutan dibuka: {reason}",
    "kinship.parent": "Dibuka sebagai lanjutan berkas lain",
    "task.claimed": "Tugas diambil: {name}",
    "task.released": "Tugas dilepas: {name}",
    "task.reassigned": "Tugas dialihkan kepada {to}: {name}",
    "task.completed": "Selesai: {name}",
    "task.cancelled": "Tugas tidak berlaku lagi: {name}",
    "effect.done": "Selesai oleh sistem: {element_name}",
    "task.taken_over": "Tugas diambil alih untuk dicatat: {name}",
    "task.relieved": "Tugas dilanjutkan yang bertugas sekarang: {name}",
    "time.corrected": "Waktu dikoreksi: {name}, {was_words} menjadi {becomes_words}",
    "time.moved": (
        "Waktu dikoreksi saat dicatat: {name}, formulir menawarkan {was_words}, ditulis "
        "{becomes_words}"
    ),
    "timer.fired": "Batas waktu terlewati; yang berwenang diberi tahu",
    "clock.started": "Jam mulai: {clock_label}",
    "clock.counted_anew": (
        "Batas waktu dihitung ulang karena hari libur {years} sudah dipastikan: {clock_label}, "
        "{was_words} menjadi {becomes_words}"
    ),
    "clock.confirmed": (
        "Batas waktu tetap, hari libur {years} sudah dipastikan: {clock_label}, {becomes_words}"
    ),
    "clock.stopped": "Jam berhenti: {clock_label}, {duration}",
    "incident.opened": "Gangguan tercatat; {kept}",
    "rework.held": "Menunggu izin berjalan lagi, karena sudah sangat sering diulang: {name}",
    "rework.allowed": "Berkas diizinkan berjalan lagi dengan alasan tertulis",
    "incident.retried": "Gangguan dicoba ulang",
    "incident.resolved": "Gangguan teratasi",
    "identity.revealed": "Identitas dibuka dengan tujuan tertulis",
    "document.added": "Dokumen ditambahkan: {label}",
    "document.opened": "Dokumen dibuka: {label}",
    "answer.taken": "Isian diambil dari dokumen: {label}",
    "document.shelved": "Dokumen masuk arsip dan terbuka bagi pembaca arsip",
    "document.read_again": "Dokumen diminta dibaca lagi: {label}",
    "document.read": "Dokumen dibaca: {label}",
    "document.dismissed": "Dokumen yang tidak terbaca dikesampingkan ({reason}): {label}",
    "document.taken_back": "Dokumen yang tidak terbaca dikembalikan ke daftar Perlu orang: {label}",
    "document.version": "Versi {version} dibuat, {done}: {label}",
    "document.checked": "Mutu dokumen diperiksa, versi {version}: {label}",
    "document.merged": "Dokumen digabung menjadi dokumen baru: {label}",
    "document.classified": "Tingkat akses dokumen menjadi {level_label}: {label}",
    "document.hold_placed": "Dokumen ditahan ({reason}): {label}",
    "document.hold_lifted": "Penahanan dokumen diakhiri ({reason}): {label}",
    "document.exported": "Dokumen diekspor: {label}",
    "document.disposed": "Dokumen dimusnahkan menurut jadwal retensi, berkas {under}: {label}",
    "disposal.proposed": "{count} dokumen diusulkan untuk dimusnahkan",
    "disposal.taken_out": "Nomor {no} dikeluarkan dari daftar: {reason}",
    "disposal.left_out": "Nomor {no} ditinggalkan sistem: {reason}",
    "disposal.done": "Pemusnahan selesai: {disposed} dokumen dimusnahkan, {left_out} ditinggalkan",
    "capture.opened": "Pemotretan dengan ponsel dibuka: {label}",
    "capture.connected": "Ponsel tersambung: {label}",
    "capture.sent": "{pages} halaman diterima dari ponsel: {label}",
    "capture.swept": "{pages} foto dari ponsel yang tidak menjadi dokumen dihapus: {label}",
    "capture.closed": "Pemotretan dengan ponsel ditutup: {label}",
    "letter.issued": "Surat terbit: {number}",
    "letter.rendered": "Surat siap dicetak: {number}",
    "letter.voided": "Surat ditarik: {number}",
    "tracking.issued": "Kode rahasia diserahkan: {number}",
    "tracking.replaced": (
        "Kode rahasia diganti dengan tujuan tertulis; yang lama tidak berlaku: {number}"
    ),
    "message.written": "Kabar disiapkan ({channel}) untuk {recipient_label}",
    "message.sent": "Kabar tersampaikan ({channel})",
    "message.failed": "Kabar tidak terkirim ({channel})",
    "message.retried": "Kabar dicoba lagi ({channel})",
    "message.printed": "Kabar yang tidak terkirim dijadikan slip",
    "case.moved": (
        "Dipindahkan ke versi {version} prosesnya (semula versi {former}) atas perintah {by}"
    ),
    "case.moved_back": (
        "Dikembalikan ke versi {version} prosesnya (dari versi {former}) atas perintah {by}"
    ),
    "case.restored": "Berkas yang terhenti dijalankan lagi",
    "waiver.granted": "Pengecualian persyaratan diberikan",
    "waiver.refused": "Pengecualian persyaratan ditolak",
    "wall.raised": "Yang disebut pada berkas ini tidak dapat lagi melihatnya",
    "case.confined": "Berkas kini hanya dapat dilihat {label}",
    "case.archived": "Bundel berkas disimpan di arsip",
    "case.exported": "Riwayat berkas diekspor",
}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    who: str
    what: str
    action: str
    element: str | None
    details: Mapping[str, Any]


KEPT = {"message": "kabar menunggu di Kotak keluar"}
"""What became of what failed, where it is no step of the case."""


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def timeline(work: UnitOfWork, case_id: UUID) -> list[Entry]:
    """The events of a case, oldest first, as sentences, save those about papers the actor may not
    know of. Raises `NotFound`.
    """
    case = access.visible_case(work, case_id)
    definition = definition_of(work, case.definition_id)
    events = work.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.case_id == case_id, access.may_be_told(work, case))
        .order_by(AuditEvent.position)
    )
    return [
        Entry(
            event.at,
            users.acting(event.actor_name, event.details.get("for_whom")),
            _sentence(work, event, case, definition),
            event.action,
            event.element,
            event.details,
        )
        for event in events
    ]


def _sentence(work: UnitOfWork, event: AuditEvent, case: Case, definition: Definition) -> str:
    facts = _Facts(event.details)
    element = definition.elements.get(event.element or "")
    facts["element_name"] = element.name if element else ""
    facts["kept"] = KEPT.get(str(facts["operation"]), "langkah tidak disimpan setengah")
    facts["outcome_words"] = formatting.outcome(definition, str(facts["outcome"]))
    facts["recipient_label"] = role_label(work, str(facts["recipient"]))
    if "clock" in facts:
        clock = str(facts["clock"])
        label = formatting.clock(definition, clock, stages.chosen(work, case, clock))
        facts["clock_label"] = label[:1].lower() + label[1:]
    if "seconds" in facts:
        facts["duration"] = formatting.duration(timedelta(seconds=int(facts["seconds"])))
    for name in ("was", "becomes"):
        if name in facts:
            facts[f"{name}_words"] = formatting.moment(datetime.fromisoformat(str(facts[name])))
    return SENTENCES.get(event.action, event.action).format_map(facts).rstrip(": ,")


@dataclass(frozen=True)
class AnsweredStep:
    """What was recorded at one step, without the personal answers."""

    element: str
    name: str
    at: datetime
    by: str
    rows: list[tuple[str, str]]
    """Question and readable answer."""


@dataclass(frozen=True)
class Notice:
    """A reason that those who go on with the case must read first."""

    title: str
    text: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Record:
    """Everything on record that the actor may read, newest answers of each step."""

    steps: list[AnsweredStep]
    """In the order they were made."""
    notices: list[Notice]
    """Why a running case came back (fields marked `notice`), until the same step is done again."""
    summary: list[str]
    """The sentences of the form that is open (its `summary`), to be read out before a decision."""


@dataclass(frozen=True)
class PrintedSlip:
    """A sheet for the citizen, filled."""

    title: str
    rows: list[tuple[str, str]]
    foot: str


def record_of(work: UnitOfWork, case: Case, form: Form | None = None) -> Record:
    """The record of a case the actor may see. Working notes are opened only for who works on it;
    nothing else sealed is.
    """
    definition = definition_of(work, case.definition_id)
    submissions = answers.newest(work, case.id)
    notes = answers.notes(work, case, submissions.values())
    shown = {element: {**found.answers, **notes[element]} for element, found in submissions.items()}
    names = users.names_of(
        work,
        [who for found in submissions.values() for who in (found.submitted_by, found.on_behalf_of)],
    )
    steps = [
        AnsweredStep(
            element=element,
            name=definition.elements[element].name,
            at=found.submitted_at,
            by=_doer(names, found),
            rows=answers.rows_of(
                definition, configuration.worded(work, definition.form(element)), shown[element]
            ),
        )
        for element, found in submissions.items()
    ]
    notices = (
        []
        if case.closed_at is not None
        else [
            notice for step in steps for notice in _notices(definition, step, shown[step.element])
        ]
    )
    return Record(steps, notices, list(_summary(work, case, form, shown)) if form else [])


def _doer(names: Mapping[UUID, str], done: Submission) -> str:
    name = names.get(done.submitted_by, SYSTEM.name) if done.submitted_by else SYSTEM.name
    return users.acting(name, names.get(done.on_behalf_of) if done.on_behalf_of else None)


def _notices(definition: Definition, step: AnsweredStep, shown: Answers) -> Iterator[Notice]:
    for field in definition.form(step.element).fields.values():
        if field.notice and shown.get(field.name):
            yield Notice(f"{step.name}: {field.title}", str(shown[field.name]), step.at, step.by)


def _summary(work: UnitOfWork, case: Case, form: Form, shown: dict[str, Answers]) -> Iterator[str]:
    """The form's sentences with what was answered; a sentence whose answers are not there (or not
    shown) is left out.
    """
    definition = definition_of(work, case.definition_id)
    known, variables = formatting.this_round(form, shown), _variables(work, case, form.summary)
    said = (formatting.filled(definition, known, variables, sentence) for sentence in form.summary)
    return filter(None, said)


def _variables(work: UnitOfWork, case: Case, texts: Sequence[str]) -> Mapping[str, Any]:
    """Control variables of a case, for sentences that name a decision table; read only for
    these.
    """
    definition = definition_of(work, case.definition_id)
    if not formatting.names_variable(definition, texts):
        return {}
    return runner.variables(definition, case.state)


def slips(work: UnitOfWork, case: Case) -> list[tuple[str, str]]:
    """Element and title of the slips that can be printed for a citizen now: the step has been
    reached.
    """
    definition = definition_of(work, case.definition_id)
    reached = {task.element for task in access.of_case(work, case.id)}
    return [
        (form.element, form.slip.title)
        for form in definition.forms.values()
        if form.slip is not None and form.element in reached
    ]


def slip_of(work: UnitOfWork, case_id: UUID, element: str) -> PrintedSlip:
    """The slip of a step. Only open answers are on it. Raises `NotFound` for a step that has none
    or was not reached.
    """
    case = access.visible_case(work, case_id)
    definition = definition_of(work, case.definition_id)
    form = definition.forms.get(element)
    if form is None or form.slip is None or element not in dict(slips(work, case)):
        raise NotFound()
    given = {name: found.answers for name, found in answers.newest(work, case.id).items()}
    known = formatting.this_round(form, given)
    variables = _variables(work, case, [sentence for _, sentence in form.slip.rows])
    rows = (
        (word, formatting.filled(definition, known, variables, text))
        for word, text in form.slip.rows
    )
    return PrintedSlip(
        form.slip.title, [(word, text) for word, text in rows if text], form.slip.foot
    )
