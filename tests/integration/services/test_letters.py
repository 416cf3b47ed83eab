"""Letters: frozen at issue, sealed, seen only by who may."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from tests.integration.conftest import TestClock
from tests.integration.services import desk
from tests.integration.services.papers import SITE, issued, printed, words_of
from workflow_app.domain import (
    SYSTEM,
    Actor,
    Conflict,
    Forbidden,
    InvalidDefinition,
    NotFound,
    SentraError,
)
from workflow_app.models import AuditEvent
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.letters import letters, printing
from workflow_app.services.office_settings import configuration, numbers


def test_r13_issuing_gives_the_number_and_freezes_what_the_letter_states(
    officer: UnitOfWork,
) -> None:
    letter = issued(officer)

    assert letter.number.startswith("SKTLK/1/XI/2026/SPKT/")
    assert letter.title == "Surat Keterangan Tanda Lapor Kehilangan"
    assert letter.frozen["penandatangan"]["nama"] == "CONTOH PEJABAT, S.H."
    assert letter.issued_by == officer.actor.user_id
    event = officer.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "letter.issued")
    ).one()
    assert event.details == {"letter_id": str(letter.id), "kind": "sktlk", "number": letter.number}


def test_r23_nothing_about_the_citizen_lies_open_beside_the_letter(officer: UnitOfWork) -> None:
    letter = issued(officer)
    printing.render(officer, letter.id, public_url=SITE)

    for table in (
        "letter",
        "letter_number",
        "audit_event",
        "archive.document",
        "archive.page",
        "case_document",
    ):
        rows = " ".join(officer.session.scalars(text(f"select t::text from {table} t")))
        for secret in (desk.IDENTITY["nama"], desk.IDENTITY["nik"], desk.IDENTITY["alamat"]):
            assert secret not in rows
            assert secret.encode().hex() not in rows


def test_a_signatory_who_comes_later_does_not_sign_an_earlier_letter(
    officer: UnitOfWork, clock: TestClock
) -> None:
    letter = issued(officer)
    clock.advance(hours=1)
    successor = {**letter.frozen["penandatangan"], "nama": "CONTOH PENGGANTI"}
    configuration.set_value(
        replace(officer, actor=SYSTEM), "penandatangan.sktlk", successor, clock()
    )
    configuration.set_value(replace(officer, actor=SYSTEM), "kop_surat", ["POLRES LAIN"], clock())

    words = words_of(printed(officer, letter))

    assert "CONTOH PEJABAT, S.H." in words
    assert "CONTOH PENGGANTI" not in words
    assert "POLRES LAIN" not in words


def test_outside_of_a_demo_the_example_signatory_signs_nothing(
    officer: UnitOfWork, clock: TestClock
) -> None:
    case = desk.complete_case(officer)
    configuration.set_value(replace(officer, actor=SYSTEM), "mode_demo", False, clock())

    with pytest.raises(SentraError, match="still the example") as refusal:
        letters.issue(officer, case, "sktlk")

    assert "penanda tangan belum diatur" in refusal.value.sentence


def test_a_letter_of_a_demo_says_so_and_one_of_a_configured_site_does_not(
    officer: UnitOfWork, clock: TestClock
) -> None:
    example = words_of(printed(officer, issued(officer)))
    clock.advance(minutes=1)
    configuration.set_value(replace(officer, actor=SYSTEM), "mode_demo", False, clock())
    signatory = {**configuration.SEED["penandatangan.sktlk"], "nama": "BUDI PEJABAT"}
    configuration.set_value(
        replace(officer, actor=SYSTEM), "penandatangan.sktlk", signatory, clock()
    )

    real = words_of(printed(officer, issued(officer)))

    assert "CONTOH" in example.replace("CONTOH PEJABAT", "")
    assert "CONTOH" not in real
    assert "BUDI PEJABAT" in real


def test_a_letter_the_process_does_not_have_takes_no_number(officer: UnitOfWork) -> None:
    case = desk.complete_case(officer)

    with pytest.raises(InvalidDefinition):
        letters.issue(officer, case, "tidak_ada")

    assert numbers.allocate(officer, "SKTLK", officer.clock()).sequence == 1


def test_letters_exist_only_for_those_who_see_the_case(
    officer: UnitOfWork, person: Callable[..., Actor], tono: Actor
) -> None:
    letter = issued(officer)
    printing.render(officer, letter.id, public_url=SITE)

    assert [view.number for view in printing.for_case(officer, letter.case_id)] == [letter.number]
    for stranger in (tono, person("wati", "arsiparis"), SYSTEM):
        foreign = replace(officer, actor=stranger)
        with pytest.raises(NotFound):
            printing.for_case(foreign, letter.case_id)
        with pytest.raises(NotFound):
            printing.pdf(foreign, letter.id)


def test_r23_who_may_not_read_identities_does_not_open_a_letter(
    officer: UnitOfWork, person: Callable[..., Actor]
) -> None:
    letter = issued(officer)
    printing.render(officer, letter.id, public_url=SITE)
    head = replace(officer, actor=person("rudi", "pimpinan"))

    assert not printing.for_case(head, letter.case_id)[0].can_open
    assert printing.for_case(officer, letter.case_id)[0].can_open
    with pytest.raises(Forbidden, match="identitas"):
        printing.pdf(head, letter.id)


def test_opening_a_letter_is_on_record_and_its_file_name_names_nobody(officer: UnitOfWork) -> None:
    letter = issued(officer)
    with pytest.raises(Conflict, match="dicetak"):
        printing.pdf(officer, letter.id)
    printing.render(officer, letter.id, public_url=SITE)

    content = printing.pdf(officer, letter.id)

    assert content.download_name == "sktlk-2026-0001.pdf"
    assert content.data.startswith(b"%PDF-1.7")
    opened = officer.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "document.opened")
    ).one()
    assert opened.actor_id == officer.actor.user_id


def test_answers_changed_after_issue_do_not_change_the_letter(
    officer: UnitOfWork, clock: TestClock
) -> None:
    letter = issued(officer)
    clock.advance(minutes=1)
    case = officer.session.get_one(desk.Case, letter.case_id)
    desk.record(officer, case, "identitas", {**desk.IDENTITY, "nama": "Contoh Nama Lain"})

    words = words_of(printed(officer, letter))

    assert desk.IDENTITY["nama"] in words
    assert "Contoh Nama Lain" not in words
