"""The SOP clause by clause, from a phone without an account to the step in the drawing, and back
from the page of a case.
"""

import re

from playwright.sync_api import expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.e2e.test_drawing import step
from tests.e2e.test_phone import PHONE, check_fits


def test_everybody_finds_a_clause_and_sees_the_step_that_carries_it(
    site: RunningSite, browsing: Opener
) -> None:
    page = browsing(**PHONE)
    page.goto(f"{site.address}/persyaratan")
    page.get_by_role("link", name="Butir SOP").click()
    expect(page.locator("article.clause")).to_have_count(82)
    check_fits(page)
    page.get_by_label("Kata atau nomor butir").fill("R57")
    page.get_by_role("button", name="Cari").click()
    clause = page.locator("article.clause")
    expect(clause).to_have_count(1)
    expect(clause).to_contain_text("Terbukti")
    clause.locator("summary").click()
    check_fits(page)
    clause.get_by_role("link").first.click()
    expect(page.locator(".drawing .is-sought")).to_be_visible()
    check_fits(page)


def test_a_step_in_a_drawing_leads_to_its_clauses(
    site: RunningSite, signed_in: Opener, browsing: Opener
) -> None:
    visitor = browsing()
    visitor.goto(f"{site.address}/sop/sktlk?langkah=persetujuan")
    expect(visitor.locator(f"{step('persetujuan')}.is-sought")).to_be_visible()
    visitor.locator(f"{step('persetujuan')} .djs-hit").first.click()
    line = visitor.locator('[data-step="persetujuan"]')
    expect(line).to_have_class(re.compile("is-asked"))
    line.get_by_role("link").first.click()
    expect(visitor.locator("article.clause:target")).to_be_visible()

    desk = signed_in("petugas2")
    number = counter.start_case(desk, site.address)
    counter.open_case(desk, site.address, number)
    desk.locator(f"{step('terima_warga')} .djs-hit").first.click()
    asked = desk.locator(".drawing-clauses .is-asked")
    expect(asked).to_contain_text("Terima warga")
    expect(asked.get_by_role("link").first).to_have_attribute("href", re.compile(r"^/sop#R\d+$"))


def test_the_page_of_clauses_needs_no_script(site: RunningSite, browsing: Opener) -> None:
    page = browsing(java_script_enabled=False)
    page.goto(f"{site.address}/sop")
    page.get_by_label("Layanan", exact=True).select_option(label="Pengaduan masyarakat")
    page.get_by_role("button", name="Cari").click()
    expect(page.get_by_role("status")).to_contain_text("cocok")
    page.get_by_role("link", name=re.compile("^Norma sikap")).click()
    expect(page.locator("article.clause").first).to_contain_text("Norma sikap")
    page.goto(f"{site.address}/sop/complaint")
    expect(page.locator(".steps li").first).to_be_visible()
