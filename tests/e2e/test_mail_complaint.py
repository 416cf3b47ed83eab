"""A mail that belongs to no case becomes a complaint by the press of an officer, who reads what it
brought before it counts (R17).
"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.e2e import counter, scan
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.integration.messages.mails import letter
from workflow_app.connections import connect
from workflow_app.domain import SYSTEM
from workflow_app.services.intake import mailboxes
from workflow_app.services.intake.mailboxes import WaitingMail
from workflow_app.settings import read_settings

STORY = "Dengan hormat, saya mengadukan lampu jalan yang tidak pernah diperbaiki."


@pytest.fixture
def mail(stack: dict[str, str], site: RunningSite) -> None:
    """The mailbox has given one mail with a picture."""
    works = connect(read_settings({**stack, "DATABASE_URL": site.database_url}))
    data = letter(
        f"{STORY} {uuid4()}", (scan.page("Lampu jalan contoh yang padam"), "image/jpeg", "foto.jpg")
    )
    at = datetime.now(UTC) - timedelta(hours=20)
    with works.begin(SYSTEM) as work:
        mailboxes.keep(work, data, mail=WaitingMail("1", len(data), at))
    works.session_factory.kw["bind"].dispose()


@pytest.mark.parametrize("has_script", [True, False])
def test_r17_a_complaint_begins_from_a_mail(
    site: RunningSite, signed_in: Opener, mail: None, has_script: bool
) -> None:
    page = signed_in("petugas2", java_script_enabled=has_script)
    part = (
        page.locator(".tray-part")
        .filter(has_text="Isi surat elektronik")
        .filter(has=page.get_by_role("button", name="Mulai pengaduan dari surat ini"))
    )
    for _ in range(60):
        page.goto(f"{site.address}/tumpukan")
        if part.count():
            break
        page.wait_for_timeout(1000)
    part.get_by_role("button", name="Mulai pengaduan dari surat ini").first.click()
    counter.expect_task(page, "Terima pengaduan")
    expect(page.get_by_role("radio", name="Surel", exact=True)).to_be_checked()
    expect(page.get_by_label("Alamat surel pengirim")).to_have_value("budi@contoh.test")
    expect(page.get_by_label("Alasan bila waktu diubah")).to_have_value(
        "Waktu surat diterima menurut server surat elektronik."
    )
    expect(counter.question(page, "bukti_asli").get_by_role("listitem")).to_have_count(2)
    page.get_by_role("radio", name="Tidak", exact=True).check()
    counter.submit(page)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Terima pengaduan")
