"""What a step puts into the outbox: with the step or not at all, to whom, by which way, and in
which words.
"""

from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from tests.integration.conftest import TestClock
from tests.integration.messages.process import (
    CITIZEN,
    HELPED,
    LEADER,
    MAIL,
    NAME,
    PHONE,
    STORY,
    begin,
    complete,
    message_of,
    use,
)
from workflow_app.domain import SYSTEM, Actor, Answers
from workflow_app.models import Case, Message
from workflow_app.services.cases import history
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.messages import messages
from workflow_app.services.office_settings import configuration

pytestmark = pytest.mark.usefixtures("kabar")


def jobs_of(work: UnitOfWork) -> int:
    return work.session.scalar(
        text("select count(*) from procrastinate_jobs where task_name = 'send_message'")
    )


def way_of(works: Works, case_id: UUID, element: str = "kirim_nomor") -> tuple[str, str]:
    with works.begin(SYSTEM) as work:
        message = message_of(work, case_id, element)
        parcel = messages.opened(work, work.session.get_one(Case, case_id), message)
        return message.channel, parcel.address


@pytest.mark.parametrize(
    ("channels", "answers", "way"),
    [
        ((), CITIZEN, ("slip", "")),
        (("telepon", "surel"), CITIZEN, ("telepon", PHONE)),
        (("telepon",), {**CITIZEN, "telepon": "0812-5000-1234"}, ("telepon", PHONE)),
        (("telepon",), {**CITIZEN, "telepon": "110"}, ("slip", "")),
        (("telepon", "surel"), {**CITIZEN, "telepon": "0812"}, ("surel", MAIL)),
        (("surel", "telepon"), CITIZEN, ("surel", MAIL)),
        (("surel",), {**CITIZEN, "surel": ""}, ("slip", "")),
        (("surel", "telepon"), {**CITIZEN, "surel": ""}, ("telepon", PHONE)),
        (("telepon",), {**HELPED, "pemilik_kontak": "pelapor"}, ("telepon", PHONE)),
        (("telepon", "surel"), {**HELPED, "pemilik_kontak": "penolong"}, ("slip", "")),
        (("telepon", "surel"), HELPED, ("slip", "")),
        (("telepon", "surel"), {**CITIZEN, "pemilik_kontak": "penolong"}, ("slip", "")),
    ],
)
def test_the_citizen_is_told_by_his_own_contact_never_by_the_helpers(
    works: Works, budi: Actor, channels: tuple[str, ...], answers: Answers, way: tuple[str, str]
) -> None:
    use(works, *channels)

    assert way_of(works, begin(works, budi, answers)) == way


def test_a_leader_is_told_at_the_address_of_the_office(works: Works, budi: Actor) -> None:
    use(works, "telepon", "surel")

    assert way_of(works, begin(works, budi, CITIZEN), "lapor") == ("surel", LEADER)


def test_the_words_name_number_service_step_and_due_time_and_nobody(
    works: Works, budi: Actor
) -> None:
    use(works, "surel")
    case_id = begin(works, budi, CITIZEN)

    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        own, report = (
            messages.opened(work, case, message_of(work, case_id, element)).body
            for element in ("kirim_nomor", "lapor")
        )
        number = case.number
    assert own.startswith(
        f"SPKT mencatat urusan Anda (Uji) dengan nomor {number}. Selanjutnya: kami menghubungi"
    )
    assert "Batas waktu: 23 November 2026 09.10 WITA" in report
    for secret in (NAME, STORY, PHONE, MAIL):
        assert secret not in own + report


def test_the_text_in_force_when_it_is_written_is_kept(
    works: Works, budi: Actor, clock: TestClock
) -> None:
    use(works, "surel")
    with works.begin(SYSTEM) as work:
        new = {"judul": "Baru", "isi": "Nomor {nomor}, {batas_waktu}."}
        configuration.set_value(work, "pesan.nomor_berkas", new, work.clock())
    case_id = begin(works, budi, CITIZEN)
    clock.advance(minutes=1)
    with works.begin(SYSTEM) as work:
        configuration.set_value(
            work, "pesan.nomor_berkas", {"judul": "Lain", "isi": "x"}, work.clock()
        )

    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        parcel = messages.opened(work, case, message_of(work, case_id))
        assert (parcel.title, parcel.body) == ("Baru", f"Nomor {case.number}, secepatnya.")


def test_nothing_of_it_can_be_read_without_the_key(works: Works, budi: Actor) -> None:
    use(works, "surel")
    begin(works, budi, CITIZEN)

    with works.begin(SYSTEM) as work:
        rows = work.session.execute(
            text(
                "select message::text from message union all select args::text from "
                "procrastinate_jobs"
                " union all select details::text from audit_event"
            )
        )
        everything = " ".join(row[0] for row in rows)
    for secret in (NAME, STORY, PHONE, MAIL):
        assert secret not in everything


def test_the_message_comes_with_the_step_or_not_at_all(
    works: Works, budi: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(works, "surel")
    case_id = begin(works, budi, CITIZEN)
    with works.begin(SYSTEM) as work:
        assert jobs_of(work) == 2

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(unit_of_work, "record_case", fail)
        with pytest.raises(ZeroDivisionError):
            complete(works, budi, case_id, "tangani", {})
    with works.begin(SYSTEM) as work:
        assert jobs_of(work) == 2
        assert work.session.scalar(select(func.count()).select_from(Message)) == 2

    complete(works, budi, case_id, "tangani", {})

    with works.begin(SYSTEM) as work:
        assert jobs_of(work) == 3
        assert list(unit_of_work.verify_chains(work)) == []
        case = work.session.get_one(Case, case_id)
        assert case.outcome == "selesai"
    with works.begin(budi) as work:
        told = [
            entry.what
            for entry in history.timeline(work, case_id)
            if entry.action == "message.written"
        ]
    assert told == [
        "Kabar disiapkan (surel) untuk warga",
        "Kabar disiapkan (surel) untuk Pimpinan",
        "Kabar disiapkan (surel) untuk warga",
    ]


def test_a_slip_needs_no_job(works: Works, budi: Actor) -> None:
    use(works)
    begin(works, budi, CITIZEN)

    with works.begin(SYSTEM) as work:
        assert jobs_of(work) == 0
