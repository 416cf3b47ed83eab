"""The pages on a phone held upright: nothing sticks out to the side."""

from playwright.sync_api import Page, expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.counter import Citizen
from tests.e2e.site import RunningSite

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
STICKS_OUT = """() => [...document.querySelectorAll('body *')]
  .filter(element => element.checkVisibility()
    && element.getBoundingClientRect().right > innerWidth + 1)
  .map(element => element.tagName + '.' + element.className).slice(0, 5)"""

LATE = """() => { for (const cell of document.querySelectorAll('[data-row] .cell-clock'))
  cell.innerHTML =
  '<span class="clock clock-late"><time class="is-late">lewat 12 jam 34 menit</time>'
  + '<progress></progress></span>'; }"""


def test_public_pages_fit_a_phone(site: RunningSite, browsing: Opener) -> None:
    page = browsing(**PHONE)

    for path in ("/persyaratan", "/verifikasi", "/masuk"):
        page.goto(site.address + path)
        check_fits(page)


def test_inbox_fits_a_phone(site: RunningSite, signed_in: Opener) -> None:
    page = signed_in("pamapta", **PHONE)

    tabs = page.get_by_role("navigation", name="Daftar tugas")
    for tab in ("Tugas saya", "Antrean peran saya", "Semua"):
        with page.expect_navigation():
            tabs.get_by_role("link", name=tab).click()
        expect(tabs.get_by_role("link", name=tab)).to_have_attribute("aria-current", "page")
        page.evaluate(LATE)
        check_fits(page)
    assert page.locator("[data-row]").count() > 0


def test_tasks_and_their_case_fit_a_phone(site: RunningSite, signed_in: Opener) -> None:
    page = signed_in("petugas2", **PHONE)
    counter.start_case(page, site.address)
    check_fits(page)
    counter.receive(page)
    check_fits(page)
    counter.identify(page, Citizen())
    counter.say_lost(page)
    check_fits(page)
    counter.describe(page, "Sertifikat tanah")
    for row in page.locator("[data-requirement] [data-given]").all():
        row.check()
    check_fits(page)
    page.locator(".task-line .number").click()
    expect(page).to_have_url(counter.CASE)
    expect(page.locator(".drawing svg [data-element-id=periksa_persyaratan]")).to_be_visible()
    check_fits(page)
    page.get_by_role("link", name="Daftar kekurangan").click()
    expect(page.get_by_role("heading", name="Yang masih perlu dibawa")).to_be_visible()
    check_fits(page)


def test_closed_case_with_letter_and_papers_fits_a_phone(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("pimpinan", **PHONE)
    page.goto(f"{site.address}/cari")
    page.get_by_label("Nomor berkas, nomor surat").fill("000001")
    page.locator("main").get_by_role("button", name="Cari").click()
    page.locator(".hits a.number").first.click()

    expect(page.locator(".letter")).to_be_visible()
    check_fits(page)


def check_fits(page: Page) -> None:
    """No scrolling sideways; says what sticks out. Waits for a page that is still arriving."""
    page.wait_for_load_state()
    body = page.locator("body")
    width = body.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 390, f"{page.url} is {width} wide: {body.evaluate(STICKS_OUT)}"
