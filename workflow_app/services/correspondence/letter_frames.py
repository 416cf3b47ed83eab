"""What stands around the words of a letter, as it was configured when the letter was issued: a later change shows on none."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from workflow_app.errors import SentraError
from workflow_app.models.case import Case
from workflow_app.models.letter import Letter
from workflow_app.models.user import User
from workflow_app.services.case_file import answers
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration

NO_SIGNATORY = (
    "Surat belum dapat diterbitkan karena pejabat penanda tangan belum diatur. "
    "Minta Ka SPKT mengisinya di Pengaturan kantor, lalu kirim lagi langkah ini."
)


def frame(
    work: UnitOfWork, case: Case, letter: str, meta: Mapping[str, Any], at: datetime, to: str = ""
) -> dict[str, Any]:
    """Letterhead, signatory, place, validity and provisions in force at `at`, the role to which it is written, the officers who did the steps that the letter
    names (`written_by`, `approved_by`), and the numbers of the other letters of the case.

    Raises `SentraError` where the signatory is still the example and the site is no demo.
    """
    signatory_key = f"penandatangan.{letter}"
    signatory = configuration.value(work, signatory_key, at)
    is_demo: bool = configuration.value(work, "mode_demo", at)
    if not is_demo and _is_example(signatory_key, signatory):
        raise SentraError(NO_SIGNATORY, detail=f"{signatory_key} is still the example")
    return {
        "contoh": is_demo,
        "kop": configuration.value(work, "kop_surat", at),
        "nama_unit": configuration.value(work, "nama_unit", at),
        "tempat_terbit": configuration.value(work, "tempat_terbit", at),
        "penandatangan": signatory,
        "masa_berlaku": configuration.value(work, f"masa_berlaku.{letter}", at),
        "ketentuan": configuration.value(work, f"ketentuan.{letter}", at),
        "kepada": configuration.role_label(work, to) if to else "",
        "petugas": _officer(work, case, meta.get("written_by")),
        "penyetuju": _officer(work, case, meta.get("approved_by")),
        "surat_lain": _other_letters(work, case),
    }


def example_signatories(work: UnitOfWork) -> list[str]:
    """Keys of signatories that are still invented, so that their letters are not issued; none on a demo site."""
    if configuration.value(work, "mode_demo"):
        return []
    keys = (key for key in configuration.SEED if key.startswith("penandatangan."))
    return [key for key in keys if _is_example(key, configuration.value(work, key))]


def _is_example(key: str, signatory: Any) -> bool:
    """Is this still the invented one that the product comes with?"""
    return bool(signatory == configuration.SEED.get(key))


def _other_letters(work: UnitOfWork, case: Case) -> dict[str, str]:
    """Numbers of the letters of the case that hold, by kind: a receipt names the report it is for."""
    query = select(Letter.kind, Letter.number).where(Letter.case_id == case.id, Letter.status == "valid")
    return {letter.kind: letter.number for letter in work.session.execute(query.order_by(Letter.issued_at))}


def _officer(work: UnitOfWork, case: Case, element: str | None) -> dict[str, str] | None:
    """Who last did a step, for letters that are signed by who wrote them, and in whose place he did it."""
    written = answers.newest(work, case.id, [element] if element else [])
    done = written.get(element) if element else None
    officer = work.session.get(User, done.submitted_by) if done is not None and done.submitted_by else None
    if officer is None or done is None:
        return None
    absent = work.session.get(User, done.on_behalf_of) if done.on_behalf_of else None
    capacity = f", selaku pengganti {absent.rank} {absent.full_name}" if absent else ""
    return {"nama": officer.full_name, "pangkat": officer.rank, "nrp": officer.nrp, "selaku": capacity}
