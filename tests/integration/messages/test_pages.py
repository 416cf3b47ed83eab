"""The outbox and the case page: what waits, what failed and why, what was sent how; no address, no
word of a message.
"""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from tests.integration.last_tries import run_job
from tests.integration.messages.process import CITIZEN, MAIL, PHONE, begin, message_of, use
from tests.integration.messages.servers import Mailbox, mail_server
from tests.integration.web.conftest import app as app
from tests.integration.web.visitor import Visitor
from workflow_app.domain import SYSTEM, Actor, NotDelivered
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.messages import sending
from workflow_app.services.messages.transports import Mail
from workflow_app.settings import Settings

Visit = Callable[[str], Visitor]


@pytest.fixture
def case_id(works: Works, settings: Settings, budi: Actor, sari: Actor, kabar: str) -> UUID:
    """A case whose citizen could not be told by mail."""
    assert kabar and sari
    use(works, "surel")
    case_id = begin(works, budi, CITIZEN)
    nowhere = Mail("127.0.0.1", 1, "spkt@contoh.test", "none", seconds=1)
    with pytest.raises(NotDelivered):
        run_job(
            works,
            settings,
            "send_message",
            is_last=True,
            transports={"surel": nowhere},
            message_id=message_id(works, case_id),
        )
    with works.begin(SYSTEM) as work:
        work.session.execute(text("update procrastinate_jobs set status = 'failed'"))
    return case_id


def message_id(works: Works, case_id: UUID, element: str = "kirim_nomor") -> UUID:
    with works.begin(SYSTEM) as work:
        return message_of(work, case_id, element).id


def test_the_outbox_tells_what_failed_and_why_and_to_nobody_where_to(
    visit: Visit, case_id: UUID
) -> None:
    chief = visit("sari").open("/").follow("Kotak keluar")

    assert "Tidak terkirim Nomor berkas Anda" in chief.words
    assert "B-2026-000001" in chief.words
    assert "Surel untuk Warga" in chief.words
    assert "Server surel tidak dapat dihubungi." in chief.words
    assert "Menunggu dikirim Laporan kepada pimpinan" in chief.words
    for secret in (MAIL, PHONE, "kami menghubungi Anda", "pimpinan@contoh.id"):
        assert secret not in chief.text
    assert visit("budi").open("/kotak-keluar").answer.status_code == 403


def test_who_leads_reads_on_his_boards_that_a_message_does_not_get_through(
    visit: Visit, case_id: UUID
) -> None:
    for address in ("/", "/papan"):
        chief = visit("sari").open(address)
        assert "1 gangguan menunggu ditangani." in chief.words
        assert "B-2026-000001" in chief.follow("Lihat gangguan").words
        assert "Kirim lagi dari Kotak keluar, atau tekan “Jadikan slip”" in chief.words
    officer = visit("budi").open("/")
    assert "gangguan" not in officer.words
    assert (
        "Gangguan tercatat; kabar menunggu di Kotak keluar"
        in officer.open(f"/berkas/{case_id}").words
    )


def test_an_admin_minds_the_outbox_without_seeing_cases(
    visit: Visit, case_id: UUID, person: Callable[..., Actor]
) -> None:
    person("adi", "admin")
    admin = visit("adi").open("/kotak-keluar")

    assert "B-2026-000001" in admin.words
    assert f"/berkas/{case_id}" not in admin.text
    admin.submit("Coba lagi")
    assert "dikirim lagi" in admin.words


def test_a_retry_sends_it_and_the_case_page_tells_how_and_when(
    visit: Visit, works: Works, case_id: UUID
) -> None:
    chief = visit("sari").open("/kotak-keluar").submit("Coba lagi")
    assert (chief.path, "Pesan dikirim lagi" in chief.words) == ("/kotak-keluar", True)
    assert (
        "Menunggu dikirim Nomor berkas Anda" not in chief.words
    )  # why it failed last stays in sight
    with mail_server(Mailbox()) as mailbox:
        ways = {"surel": Mail("127.0.0.1", mailbox.port, "spkt@contoh.test", "none", seconds=10)}
        sending.send(works, ways, message_id(works, case_id))

    officer = visit("budi").open(f"/berkas/{case_id}")

    assert "Terkirim Nomor berkas Anda Surel untuk Warga" in officer.words
    assert "terkirim hari ini 09.00" in officer.words or "terkirim 09.00" in officer.words
    assert MAIL not in officer.text


def test_the_officer_prints_what_does_not_get_through_and_hands_it_over(
    visit: Visit, case_id: UUID
) -> None:
    officer = visit("budi").open(f"/berkas/{case_id}").submit("Jadikan slip")

    assert officer.path.endswith("/slip")
    assert "dengan nomor B-2026-000001. Selanjutnya: kami menghubungi Anda" in officer.words
    assert MAIL not in officer.text
    officer.submit("Sudah diserahkan")
    assert officer.path == f"/berkas/{case_id}"
    assert "Diserahkan Nomor berkas Anda Slip untuk Warga" in officer.words
    assert "oleh Contoh Budi" in officer.words
    assert "Kabar yang tidak terkirim dijadikan slip" in officer.words


def test_figures_count_by_way_only(app: Flask, case_id: UUID) -> None:
    told = app.test_client().get("/metrics").text

    assert 'sentra_messages_failed{channel="surel"} 1.0' in told
    assert 'sentra_messages_waiting{channel="surel"} 1.0' in told
