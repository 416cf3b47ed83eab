"""What was digitised in one batch, as its minutes and list state it: the bundles of a box, or
papers without a box of a period (R38).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from archive.models import Document
from workflow_app.domain import WITA, AccessLevel, Answers, Conflict
from workflow_app.models import Case, CaseKinship, CaseWall
from workflow_app.services.cases import access, answers
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import classification
from workflow_app.services.processes.definitions import definition_of

PROCESS, BATCH = "digitisation", "archive_batch"
PERIOD, SCAN, INDEX = "periode", "pindai", "indeks"
ACCEPTED = "selesai"
RESTRICTED = "Dibatasi; uraiannya ada pada berkasnya"
NOT_DONE = (
    "Masih ada {count} bundel yang belum selesai ({numbers}). Terima atau batalkan dahulu, lalu "
    "kirim lagi berita acara ini."
)
MOST_NAMED = 5
MOST_OF_PERIOD = 300
"""Cases on one list of a period: it is written while somebody waits."""
TOO_MANY = (
    "Dalam masa ini ada lebih dari {most} berkas, terlalu banyak untuk satu daftar. Batalkan "
    "berkas ini, lalu mulai lagi dengan masa "
    "yang lebih pendek."
)


def of_batch(work: UnitOfWork, case: Case) -> dict[str, Any]:
    """The list and its sums, in the words of the letter templates. Raises `Conflict` while a bundle
    of the box is under way.
    """
    answered = answers.read_answers(work, case, element=PERIOD).get(PERIOD)
    found = _of_period(work, case, answered) if answered else _of_box(work, case)
    kept = [one for one in found if one.outcome == ACCEPTED]
    told = {one.id: answers.read_answers(work, one) for one in kept}
    papers = _papers(work, told.values())
    items = [_item(work, one, told[one.id], papers) for one in kept]
    return {
        "butir": items,
        "lembar": sum(item["lembar"] for item in items),
        "halaman": sum(item["halaman"] for item in items),
        "dokumen": sum(len(item["hash"]) for item in items),
        "batal": len(found) - len(kept),
    }


def none() -> dict[str, Any]:
    """What a letter is told that lists nothing."""
    return {"butir": [], "lembar": 0, "halaman": 0, "dokumen": 0, "batal": 0}


def _of_box(work: UnitOfWork, case: Case) -> Sequence[Case]:
    query = select(Case).join(CaseKinship, CaseKinship.child_id == Case.id)
    query = query.where(CaseKinship.parent_id == case.id, Case.process_key == PROCESS)
    found = work.session.scalars(query.order_by(Case.number)).all()
    if running := [one.number for one in found if one.closed_at is None]:
        numbers = ", ".join(running[:MOST_NAMED]) + (", ..." if len(running) > MOST_NAMED else "")
        raise Conflict(NOT_DONE.format(count=len(running), numbers=numbers))
    return found


def _of_period(work: UnitOfWork, case: Case, answered: Answers) -> Sequence[Case]:
    """Accepted in these days (WITA) and in no box, as far as who issues the letter sees them; cases
    that are kept from somebody are left out. Raises `Conflict` where they are too many.
    """
    first, last = (
        date.fromisoformat(str(answered["dari"])),
        date.fromisoformat(str(answered["sampai"])),
    )
    in_box = select(CaseKinship.child_id).join(Case, Case.id == CaseKinship.parent_id)
    query = select(Case).where(
        Case.process_key == PROCESS,
        access.sees_case(work),
        Case.unit == case.unit,
        Case.outcome == ACCEPTED,
        Case.closed_at >= _midnight(first),
        Case.closed_at < _midnight(last + timedelta(days=1)),
        Case.confined_to.is_(None),
        Case.id.not_in(select(CaseWall.case_id)),
        Case.id.not_in(in_box.where(Case.process_key == BATCH)),
    )
    found = work.session.scalars(query.order_by(Case.number).limit(MOST_OF_PERIOD + 1)).all()
    if len(found) > MOST_OF_PERIOD:
        raise Conflict(TOO_MANY.format(most=MOST_OF_PERIOD))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), WITA)


def _item(
    work: UnitOfWork, case: Case, answers: Mapping[str, Answers], known: Mapping[UUID, Document]
) -> dict[str, Any]:
    """One line. Of a paper above the ordinary level only what identifies it is told."""
    told, scanned, index = answers["daftar"], answers[SCAN], answers[INDEX]
    papers = [known[one] for one in _scanned(answers) if one in known]
    level = max((paper.level for paper in papers), default=AccessLevel.ORDINARY)
    definition = definition_of(work, case.definition_id)

    def label(element: str, name: str) -> str:
        field = definition.form(element).fields[name]
        return formatting.answer(definition, field, answers[element].get(name))

    is_open = level == AccessLevel.ORDINARY
    years = [str(told[name]) for name in ("tahun_awal", "tahun_akhir") if told.get(name)]
    remarks = [label("daftar", "keadaan") if told["keadaan"] != "baik" else ""]
    remarks += (
        [] if is_open else [f"Tingkat akses: {classification.LABELS[AccessLevel(level)].lower()}"]
    )
    return {
        "berkas": case.number,
        "jenis": label(INDEX, "jenis_dokumen") if is_open else RESTRICTED,
        "nomor": str(index.get("nomor_dokumen") or "") if is_open else "",
        "uraian": str(told["uraian"]) if is_open else "",
        "kurun": " - ".join(dict.fromkeys(years)),
        "lembar": scanned["lembar_terpindai"],
        "halaman": sum(paper.pages for paper in papers),
        "hash": [paper.blob_sha256 for paper in papers],
        "tempat": str(answers["terima"].get("tempat_hardcopy") or ""),
        "keterangan": ". ".join(filter(None, remarks)),
    }


def _papers(work: UnitOfWork, told: Iterable[Mapping[str, Answers]]) -> dict[UUID, Document]:
    """The papers of all these cases."""
    wanted = {one for answers in told for one in _scanned(answers)}
    found = work.session.scalars(select(Document).where(Document.id.in_(wanted)))
    return {paper.id: paper for paper in found}


def _scanned(answers: Mapping[str, Answers]) -> list[UUID]:
    """What was handed in, in its order."""
    ids: Any = answers[SCAN]["hasil_pindai"]
    return [UUID(str(one)) for one in ids]
