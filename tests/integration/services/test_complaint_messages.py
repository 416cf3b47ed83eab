"""What a complainant, the leaders and Propam are told by messages, by which way, and who is never
told.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.conftest import TestClock
from tests.integration.services.complaints import Play, complain
from workflow_app.domain import SYSTEM, Actor, Answers, Forbidden, NotFound
from workflow_app.models import Case, CaseWall, Letter, Message
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.messages import messages
from workflow_app.services.messages.transports import Parcel
from workflow_app.services.office_settings import configuration
from workflow_app.services.workflow import steps

__all__ = ["complain"]
PHONE, MAIL = "+6281250001234", "warga@contoh.id"
REACHABLE: Answers = {"telepon": PHONE, "surel": MAIL}
UNREACHABLE: Answers = {"telepon": None, "surel": None}
OFFICES = {
    role: {"surel": f"{role}@contoh.test"}
    for role in ("ka_spkt", "pimpinan", "piket_propam", "pamapta")
}


@pytest.fixture(autouse=True)
def office(works: Works) -> None:
    """The office sends by mail first; its leaders have addresses."""
    with works.begin(SYSTEM) as work:
        configuration.set_value(
            work, "saluran_pesan", ["surel", "telepon"], configuration.SOP_IN_FORCE
        )
        configuration.set_value(work, "kontak_peran", OFFICES, configuration.SOP_IN_FORCE)


def outgoing(works: Works, case_id: UUID) -> dict[str, Parcel]:
    """The messages of a case by the service tasks that wrote them, in plain."""
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        rows = work.session.scalars(select(Message).where(Message.case_id == case_id))
        return {row.element: messages.opened(work, case, row) for row in rows}


def number_of(works: Works, case_id: UUID) -> str:
    """The complaint number that is in force."""
    with works.begin(SYSTEM) as work:
        query = select(Letter.number).where(Letter.case_id == case_id, Letter.status == "valid")
        return work.session.scalars(query.where(Letter.kind == "tanda_terima")).one()


def test_r35_r34_r8_the_complainant_is_told_number_response_and_outcome(
    works: Works, complain: Play
) -> None:
    case_id = complain("surel", answers={"pengirim": REACHABLE})

    sent, number = outgoing(works, case_id), number_of(works, case_id)
    assert set(sent) == {"kabari_nomor", "kabari_tanggapan", "kabari_hasil"}
    assert {(parcel.channel, parcel.address) for parcel in sent.values()} == {("surel", MAIL)}
    assert all(number in parcel.body for parcel in sent.values())
    assert "sudah ditanggapi" in sent["kabari_tanggapan"].body
    assert "pengaduan Anda benar dan sudah ditindaklanjuti" in sent["kabari_hasil"].body
    written = " ".join(f"{parcel.title} {parcel.body}" for parcel in sent.values())
    for secret in ("Contoh Warga", "penjelasan.", "buku tamu", "jadwal petugas", PHONE, MAIL):
        assert secret not in written, (
            "neither who complains, nor about what, nor what somebody typed"
        )


@pytest.mark.parametrize(
    ("name", "told_by"),
    [
        ("luar_kewenangan", "rujukan_kabari_diteruskan"),
        ("surat_pidana", "rujukan_kabari_diteruskan"),
        ("langsung_pidana", "kabari_lp"),
    ],
)
def test_r27_r31_the_complainant_is_told_that_it_was_forwarded(
    works: Works, complain: Play, name: str, told_by: str
) -> None:
    case_id = complain(name, answers={"pengirim": REACHABLE, "identitas": REACHABLE})

    parcel = outgoing(works, case_id)[told_by]
    assert (parcel.channel, parcel.address) == ("surel", MAIL)
    assert "diteruskan kepada pihak yang berwenang" in parcel.body
    assert number_of(works, case_id) in parcel.body


@pytest.mark.parametrize(
    ("answers", "way"),
    [
        ({**REACHABLE, "pemilik_kontak": "pelapor"}, ("surel", MAIL)),
        ({**REACHABLE, "pemilik_kontak": "penolong"}, ("slip", "")),
    ],
)
def test_pitfall_29_never_by_the_contact_of_the_helper(
    works: Works, complain: Play, answers: Answers, way: tuple[str, str]
) -> None:
    case_id = complain("langsung_dibantu", 7, {"identitas": answers})

    assert {name: (p.channel, p.address) for name, p in outgoing(works, case_id).items()} == {
        "kabari_nomor": way
    }


def test_r32_who_left_no_contact_is_sent_nothing_and_who_is_set_aside_not_even_a_slip(
    works: Works, complain: Play
) -> None:
    assert {
        parcel.channel for parcel in outgoing(works, complain("kotak_ditangani", 7)).values()
    } == {"slip"}
    assert outgoing(works, complain("kotak_disisihkan")) == {}


def test_r28_a_number_that_was_withdrawn_is_told_to_nobody(works: Works, complain: Play) -> None:
    case_id = complain("langsung_pokok_salah", 12, {"identitas": {"surel": MAIL}})

    assert number_of(works, case_id) in outgoing(works, case_id)["kabari_nomor"].body


def wait_for_breach(works: Works, clock: TestClock, case_id: UUID) -> None:
    clock.at += timedelta(days=4)
    with works.begin(SYSTEM) as work:
        steps.wake(work, case_id)


def test_r34_ka_spkt_and_the_leadership_are_told_of_a_breach(
    works: Works, complain: Play, clock: TestClock
) -> None:
    case_id = complain("surel", 4, {"pengirim": UNREACHABLE})
    assert not {"lapor_ka_spkt", "lapor_pimpinan"} & set(outgoing(works, case_id))

    wait_for_breach(works, clock, case_id)

    sent = outgoing(works, case_id)
    assert sent["lapor_ka_spkt"].address == "ka_spkt@contoh.test"
    assert sent["lapor_pimpinan"].address == "pimpinan@contoh.test"
    assert "melewati batas waktu 26 November 2026" in sent["lapor_pimpinan"].body


def test_pitfall_4_an_office_hears_nothing_of_a_complaint_that_one_of_it_is_kept_out_of(
    works: Works, complain: Play, clock: TestClock, sari: Actor
) -> None:
    """It waits for Ka SPKT, one of whom it names: the other one decides."""
    case_id = complain("kotak_disisihkan", 4)
    with works.begin(SYSTEM) as work:
        work.session.add(
            CaseWall(case_id=case_id, user_id=sari.user_id, since=work.clock(), reason_key="contoh")
        )
    wait_for_breach(works, clock, case_id)

    sent = outgoing(works, case_id)
    assert "lapor_ka_spkt" not in sent, (
        "not as a slip either: it would be handed over to the same people"
    )
    assert sent["lapor_pimpinan"].address == "pimpinan@contoh.test"


def test_r79_of_what_propam_handles_only_its_own_office_is_told(
    works: Works,
    complain: Play,
    clock: TestClock,
    sari: Actor,
    budi: Actor,
    person: Callable[..., Actor],
) -> None:
    case_id = complain("anggota", 4, {"pengirim": REACHABLE})
    wait_for_breach(works, clock, case_id)

    sent = outgoing(works, case_id)
    assert set(sent) == {"kabari_nomor", "lapor_propam"}
    assert sent["lapor_propam"].address == "piket_propam@contoh.test"


def test_r79_propam_minds_the_messages_of_its_cases_and_the_counter_does_not(
    works: Works, complain: Play, sari: Actor, person: Callable[..., Actor]
) -> None:
    case_id = complain("anggota", answers={"pengirim": UNREACHABLE})
    assert set(outgoing(works, case_id)) == {"kabari_nomor", "kabari_propam", "kabari_hasil_propam"}
    propam, admin = person("propam", "piket_propam"), person("admin", "admin")
    with works.begin(propam) as work:
        seen = messages.outbox(work).unsent
        assert {view.case_id for view in seen} == {case_id}
        assert all(view.can_hand_over and view.can_open_case for view in seen)
        slip = seen[0].id
    for other in (sari, admin):
        with works.begin(other) as work:
            assert messages.outbox(work).unsent == []
        with works.begin(other) as work, pytest.raises(NotFound):
            messages.hand_over(work, slip)
    with (
        works.begin(replace(propam, roles=frozenset({"auditor"}))) as work,
        pytest.raises(Forbidden),
    ):
        messages.hand_over(work, slip)
    with works.begin(propam) as work:
        assert messages.hand_over(work, slip) == case_id
