"""Boxes of old papers for the tests: registered, scanned, accepted, minuted."""

import io
from uuid import UUID, uuid4

import pypdfium2
from sqlalchemy import select

from archive.models import Document
from tests.integration.open_tasks import task_of
from tests.unit.ocr import fed
from workflow_app.domain import SYSTEM, Actor, Answers
from workflow_app.models import Case, CaseKinship, PendingEffect
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import documents
from workflow_app.services.letters import letters
from workflow_app.services.workflow import archive_batches, case_jobs, tasks
from workflow_app.services.workflow.archive_batches import ArchiveBox, AskedBox, AskedBundle

URL = "http://127.0.0.1:8000"
THREE = tuple(
    AskedBundle(f"Surat masuk bundel {no}", "2019", "2020", str(no * 2)) for no in (1, 2, 3)
)
MINUTES: Answers = {
    "tanggal_alih": "2026-11-23",
    "tempat_alih": "Ruang arsip",
    "perangkat": "Pemindai contoh",
    "cara": "dipindai",
    "resolusi": 300,
    "media_baru": "arsip_digital",
}


def register(
    works: Works, who: Actor, *bundles: AskedBundle, token: str | None = None, box: str = "K-7"
) -> ArchiveBox:
    with works.begin(who) as work:
        return archive_batches.register(
            work, AskedBox(box, "Gudang arsip, rak 2", bundles or THREE), token or str(uuid4())
        )


def bundles_of(works: Works, box: ArchiveBox) -> list[UUID]:
    with works.begin(SYSTEM) as work:
        query = select(CaseKinship.child_id).join(Case, Case.id == CaseKinship.child_id)
        return list(
            work.session.scalars(
                query.where(CaseKinship.parent_id == box.case_id).order_by(Case.number)
            )
        )


def complete(works: Works, who: Actor, case_id: UUID, element: str, answers: Answers) -> None:
    with works.begin(who) as work:
        tasks.complete(work, task_of(works, case_id, element).id, answers, str(uuid4()))


def finish(works: Works, case_id: UUID) -> None:
    """What the worker would do."""
    for _ in range(9):
        with works.begin(SYSTEM) as work:
            query = select(PendingEffect.task_id).where(PendingEffect.case_id == case_id)
            pending = list(work.session.scalars(query))
        for task_id in pending:
            case_jobs.perform(works, task_id, public_url=URL)
        if not pending:
            return
    raise AssertionError("it does not come to an end")


def accept(works: Works, who: Actor, case_id: UUID, words: str, number: str = "B/1/2019") -> UUID:
    """The scan of a bundle comes back and is accepted; the id of its paper."""
    target = io.BytesIO()
    fed.sheet(words).save(target, "PNG")
    task = task_of(works, case_id, "pindai").id
    with works.begin(who) as work:
        paper = documents.upload(
            work,
            case_id,
            element="pindai",
            label="Hasil pindai",
            data=target.getvalue(),
            task_id=task,
        )
    complete(
        works,
        who,
        case_id,
        "pindai",
        {"hasil_pindai": [str(paper.id)], "lembar_terpindai": 2, "sisi": "muka"},
    )
    complete(
        works,
        who,
        case_id,
        "periksa_mutu",
        {"putusan_mutu": "baik", "mutu": ["lengkap", "urut", "terbaca", "utuh"]},
    )
    complete(
        works,
        who,
        case_id,
        "indeks",
        {"jenis_dokumen": "surat_masuk", "nomor_dokumen": number, "kata_kunci": "Undangan"},
    )
    complete(
        works,
        who,
        case_id,
        "terima",
        {"putusan_terima": "terima", "sama": True, "tempat_hardcopy": "Ruang arsip, rak 9"},
    )
    finish(works, case_id)
    return paper.id


def minutes(works: Works, who: Actor, box: UUID, on: str = "2026-11-23") -> dict[str, str]:
    """The words of both letters, by kind."""
    complete(works, who, box, "isi_berita_acara", {**MINUTES, "tanggal_alih": on})
    finish(works, box)
    with works.begin(SYSTEM) as work:
        found = letters.of_case(work, box)
        valid = {letter.kind: letter.document_id for letter in found if letter.status == "valid"}
        return {kind: words(blob(work, document)) for kind, document in valid.items() if document}


def blob(work: UnitOfWork, document_id: UUID) -> bytes:
    return work.blobs.read(work.session.get_one(Document, document_id).blob_sha256)


def words(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())
