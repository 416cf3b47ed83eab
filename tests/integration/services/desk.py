"""Setting a case up for the tests of papers and letters, without walking through the whole
process.
"""

from typing import Any
from uuid import UUID, uuid4

from workflow_app.models import Case, Task
from workflow_app.services.cases import answers
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.workflow import cases

IDENTITY: dict[str, Any] = {
    "kewarganegaraan": "wni",
    "jenis_identitas": "nik",
    "nik": "6306054103050002",
    "nama": "Contoh Warga Binti Fulan",
    "tempat_lahir": "Kandangan",
    "tanggal_lahir": "2005-03-01",
    "jenis_kelamin": "perempuan",
    "agama": "islam",
    "pekerjaan": "Pedagang",
    "alamat": "Jl. Contoh RT 1",
    "desa": "Kandangan Kota",
    "kecamatan": "Kandangan",
    "kabupaten": "Hulu Sungai Selatan",
    "telepon": "+6281250001234",
    "dibantu": "tidak",
    "jenis_tanda": "tanda_tangan",
}
LOSS: dict[str, Any] = {
    "jenis": "KTP",
    "pemilik": "sendiri",
    "jumlah": 1,
    "satuan": "kartu",
    "barang": "Kartu Tanda Penduduk",
    "tempat_hilang": "Pasar Contoh",
    "tanggal_hilang": "2026-11-20",
    "kronologi": "Terjatuh saat berbelanja.",
    "sudah_dicari": True,
}
CHECKLIST: dict[str, Any] = {
    "persyaratan": {
        "ktp_01": {"given": True, "number": "6306050101990001", "issuer": "", "date": "2019-05-01"},
        "ktp_02": {"given": False},
        "ktp_03": {
            "given": True,
            "number": "474/12/KDS",
            "issuer": "Kepala Desa Contoh",
            "date": "2026-11-22",
        },
    }
}
PIXEL = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def new_case(work: UnitOfWork, process_key: str = "sktlk") -> Case:
    """A case that the actor of `work` has just started."""
    return work.session.get_one(Case, cases.start(work, process_key).case_id)


def complete_case(work: UnitOfWork, process_key: str = "sktlk") -> Case:
    """A case with everything recorded that a letter needs."""
    case = new_case(work, process_key)
    record(work, case, "terima_warga", {"arrived_at": work.clock().isoformat(), "perkenalan": True})
    record(work, case, "identitas", IDENTITY)
    record(work, case, "uraian", LOSS)
    record(work, case, "periksa_persyaratan", CHECKLIST)
    return case


def record(work: UnitOfWork, case: Case, element: str, given: dict[str, Any]) -> UUID:
    """Store answers of an element as if its task had been completed now; the engine does not
    move.
    """
    definition = definition_of(work, case.definition_id)
    task = Task(
        id=uuid4(),
        case_id=case.id,
        element=element,
        name=definition.elements[element].name,
        unit=case.unit,
        role=definition.elements[element].role,
        status="done",
        created_at=work.clock(),
        done_at=work.clock(),
        done_by=work.actor.user_id,
    )
    work.session.add(task)
    work.session.flush()
    unit_of_work.record_case(work, case.id, "task.completed", element, name=task.name)
    return answers.store(
        work, case, task, str(uuid4()), definition.form(element), given
    ).submission_id
