"""Cases of one person are found by phone number and NIK, in their normal form, and neither can be
read (R47, R23).
"""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from tests.integration.services import desk
from workflow_app.models import Case, CaseMark
from workflow_app.services.cases import answers, related_cases
from workflow_app.services.cases.related_cases import SimilarCase
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import definition_of

EVENT = {
    "tanggal_kejadian": "2026-11-22",
    "kecamatan_kejadian": "63_06_05",
    "tempat_kejadian": "Pasar Contoh",
}
NIK, PHONE = "6306054103050002", "0812-5000-1234"


@pytest.fixture
def register(officer: UnitOfWork) -> UnitOfWork:
    """The register of police reports."""
    definitions.deploy(officer, PROCESSES / "lp")
    return officer


def report(
    work: UnitOfWork, kind: str, event: dict[str, Any] | None = None, **identity: str
) -> Case:
    """A report of an event, by a person of whom nothing else is known."""
    case = desk.new_case(work, "lp")
    desk.record(work, case, "identitas", {"jenis_identitas": "nik", "dibantu": "tidak", **identity})
    desk.record(work, case, "kejadian", {"jenis_perkara": kind, **EVENT, **(event or {})})
    return case


def found_for(work: UnitOfWork, case: Case) -> list[SimilarCase]:
    field = definition_of(work, case.definition_id).form("riwayat").fields["serupa"]
    return related_cases.find(work, case.id, field)


def same_person(work: UnitOfWork, case: Case) -> set[UUID]:
    return {hit.id for hit in found_for(work, case) if hit.is_of_same_person}


def test_r47_one_number_is_found_however_it_was_written_and_whatever_happened(
    register: UnitOfWork,
) -> None:
    asked = report(register, "pencurian", telepon="+62 812 5000 1234")
    same_event = report(register, "pencurian", telepon="0812-9999-0000")
    by_phone = report(register, "penipuan", telepon=PHONE)
    stranger = report(register, "penipuan", telepon="0812-9999-0001")

    found = found_for(register, asked)

    assert [(hit.id, hit.is_of_same_person) for hit in found] == [
        (by_phone.id, True),
        (same_event.id, False),
    ]
    assert stranger.id not in {hit.id for hit in found}
    assert not any(digits in repr(found) for digits in ("5000", "1234"))


def test_r47_one_nik_is_found_and_a_corrected_one_is_not_any_more(register: UnitOfWork) -> None:
    asked = report(register, "pencurian", nik=NIK)
    other = report(register, "penipuan", nik=NIK)
    assert same_person(register, asked) == {other.id}

    desk.record(register, other, "identitas", {"jenis_identitas": "nik", "nik": "6306050103050002"})

    assert same_person(register, asked) == set()


def test_r47_a_helpers_phone_and_an_office_say_nothing_of_the_person(register: UnitOfWork) -> None:
    helped = {"dibantu": "ya", "pemilik_kontak": "penolong"}
    asked = report(register, "pencurian", telepon=PHONE, **helped)
    report(register, "penipuan", telepon=PHONE, **helped)
    report(register, "penipuan", telepon="110")
    assert same_person(register, asked) == set()
    assert same_person(register, report(register, "pencurian", telepon="110")) == set()


def test_r23_a_mark_tells_no_number_and_needs_the_key_of_the_office(register: UnitOfWork) -> None:
    case = report(register, "pencurian", nik=NIK, telepon=PHONE)

    kept = set(register.session.scalars(select(CaseMark.mark).where(CaseMark.case_id == case.id)))

    assert kept == {register.vault.mark("nik", NIK), register.vault.mark("tel", "+6281250001234")}
    assert all(len(mark) == 32 for mark in kept)
    assert register.session.scalars(answers.sharing(case)).all() == []
