"""An old browser, or one whose scripts did not load: slower, but nothing is impossible."""

import re
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from tests.e2e import counter, scan
from tests.e2e.conftest import Opener
from tests.e2e.counter import Citizen
from tests.e2e.site import RunningSite
from workflow_app.domain import WITA


def test_first_task_is_completed_without_javascript(site: RunningSite, signed_in: Opener) -> None:
    page = signed_in("petugas2", java_script_enabled=False)
    counter.start_case(page, site.address)

    counter.receive(page)

    expect(page.get_by_role("status").filter(has_text="Tersimpan: ")).to_be_visible()


def test_errors_stand_beside_the_field_and_typed_text_is_kept(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("petugas2", java_script_enabled=False)
    counter.start_case(page, site.address)
    page.get_by_label("Waktu warga datang").fill("")
    page.get_by_label("Alasan bila waktu diubah").fill("Antrean di pintu masuk")
    page.get_by_label("Mempersilakan duduk").check()
    counter.submit(page)

    summary = page.get_by_role("alert")
    expect(summary.get_by_role("heading")).to_have_text("2 hal perlu diperbaiki")
    check_refused(page, "arrived_at")
    check_refused(page, "perkenalan")
    expect(page.get_by_label("Alasan bila waktu diubah")).to_have_value("Antrean di pintu masuk")
    expect(page.get_by_label("Mempersilakan duduk")).to_be_checked()
    expect(page.get_by_label("Menyapa dengan ramah")).not_to_be_checked()

    page.get_by_label("Waktu warga datang").fill(
        f"{datetime.now(WITA) - timedelta(minutes=5):%Y-%m-%dT%H:%M}"
    )
    counter.receive(page)

    page.get_by_label("NIK", exact=True).fill("6306 0541 A")
    page.get_by_label("Nama lengkap").fill(Citizen().name)
    page.get_by_label("Tanggal lahir").fill("31-02-1985")
    counter.submit(page)
    check_refused(page, "nik")
    check_refused(page, "tanggal_lahir")
    expect(page.get_by_label("NIK", exact=True)).to_have_value("6306 0541 A")
    expect(page.get_by_label("Nama lengkap")).to_have_value(Citizen().name)
    expect(page.get_by_label("Tanggal lahir")).to_have_value("31-02-1985")


def test_papers_are_handed_in_without_javascript(site: RunningSite, signed_in: Opener) -> None:
    page = signed_in("petugas2", java_script_enabled=False)
    counter.start_case(page, site.address)
    counter.receive(page)
    counter.identify(page, Citizen())
    counter.say_lost(page)
    counter.describe(page, "SIM")
    row = counter.hand_in(page, "Fotokopi KTP pelapor")
    row.locator('input[type="file"]:not([capture])').set_input_files(
        {
            "name": "halaman.jpg",
            "mimeType": "image/jpeg",
            "buffer": scan.page("Halaman tanpa skrip peramban"),
        }
    )
    row.get_by_role("button", name="Unggah").click()

    row = counter.requirement(page, "Fotokopi KTP pelapor")
    expect(row.locator("[data-paper]")).to_have_count(1)
    expect(row.locator("[data-given]")).to_be_checked()
    counter.submit(page)
    counter.take(page, "Lengkapi persyaratan")


def check_refused(page: Page, field: str) -> None:
    """The field says why, next to itself and to screen readers, and the summary leads to it."""
    question = counter.question(page, field)
    sentence = question.locator(".error")
    expect(sentence).to_be_visible()
    refused = question.locator("[aria-invalid=true]")
    expect(refused).to_have_attribute("aria-describedby", re.compile(rf"\bsalah-{field}\b"))
    anchor = refused.get_attribute("id")
    expect(page.get_by_role("alert").locator(f'a[href="#{anchor}"]')).to_have_text(
        sentence.inner_text()
    )
