"""What can be said at each task of the SKTLK: valid answers in several turns, and answers that must be refused."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from workflow_app.engine import definitions, scenarios
from workflow_app.engine.scenarios import Complete
from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.services import requirements
from workflow_app.services.unit_of_work import UnitOfWork
from workflow_app.types import Answers

FILES = definitions.read_folder(PROCESSES / "sktlk")
PERSONAL = ("Contoh Warga", "6306050102900001", "Jalan Contoh Nomor 1", "0812-0000-0000")
"""Words of the citizen that may stand in sealed bytes only."""
REFUSED: tuple[dict[str, Any], ...] = ({}, {"keputusan": "entah", "peristiwa": "entah", "jenis": "BULAN"})
"""Answers that no task accepts."""
SIGNATURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACAQAAAABazTCJAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"


def _told(name: str) -> dict[str, Answers]:
    steps = scenarios.read_scenario(name, FILES[f"scenarios/{name}.yaml"]).steps
    return {step.element: step.answers for step in steps if isinstance(step, Complete)}


KTP, SIM, NPWP, STOLEN = (
    _told(name) for name in ("sktlk_ktp", "sktlk_sim", "pengecualian_diberi", "dicuri_polsek")
)

TURNS: Mapping[str, tuple[Answers, ...]] = {
    "identitas": (KTP["identitas"],),
    "peristiwa": ({"peristiwa": "hilang"}, {"peristiwa": "hilang"}, {"peristiwa": "dicuri"}),
    "uraian": (KTP["uraian"], NPWP["uraian"], SIM["uraian"]),
    "persetujuan": (
        {"keputusan": "setuju"},
        {"keputusan": "setuju"},
        {"keputusan": "kembalikan", "bagian": "uraian", "alasan": "Tempat hilang belum jelas."},
        {"keputusan": "kembalikan", "bagian": "persyaratan", "alasan": "Nomor surat tidak terbaca."},
    ),
    "periksa_surat": (
        KTP["periksa_surat"],
        KTP["periksa_surat"],
        {
            "sudah_dibaca": True,
            "isi_surat": "salah",
            "bagian": "uraian",
            "kesalahan": "Barang keliru tertulis.",
        },
    ),
    "eskalasi": (_told("lewat_batas_waktu")["eskalasi"],),
}


def answers(work: UnitOfWork, task: Task, turn: int) -> Answers:
    """Valid answers for a task; `turn` chooses which."""
    now = work.clock()
    case = work.session.get_one(Case, task.case_id)
    match task.element:
        case "terima_warga":
            return {**KTP["terima_warga"], "arrived_at": (now - timedelta(minutes=2)).isoformat()}
        case "rujuk_lp":
            return {**STOLEN["rujuk_lp"], "waktu_antar": now.isoformat()}
        case "serahkan":
            return {**KTP["serahkan"], "handed_over_at": now.isoformat()}
        case "periksa_persyaratan" | "lengkapi_persyaratan":
            return {"persyaratan": _checklist(work, case, turn)}
        case "putuskan_pengecualian":
            asked = requirements.requests(work, task.id)
            line = asked[0].line.id if asked else "none"
            decision = "beri" if turn % 2 else "tolak"
            return {
                "pengecualian": {"line": line, "decision": decision, "reason": "Contoh: sudah dipastikan."}
            }
    told = TURNS[task.element]
    return told[turn % len(told)]


def _checklist(work: UnitOfWork, case: Case, turn: int) -> Answers:
    """All papers; every fourth time one is missing, and every fourth time a soft one is asked to be waived."""
    lines = requirements.lines_of(work, case)
    given: dict[str, Any] = {
        line.id: {"given": True, "number": "CONTOH/01/2026", "date": "2026-11-20"} for line in lines
    }
    soft = [line.id for line in lines if line.soft]
    if turn % 4 == 1:
        given[lines[-1].id] = {"given": False}
    elif turn % 4 == 2 and soft:
        given[soft[0]] = {"given": False, "waive": True, "reason": "Contoh: tidak pernah disalin."}
    return given


def open_tasks(work: UnitOfWork) -> list[Task]:
    """Every open task there is, oldest first."""
    query = select(Task).where(Task.status == "open").order_by(Task.created_at, Task.id)
    return list(work.session.scalars(query))
