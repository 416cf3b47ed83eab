"""Process pages in a browser: warmth over the drawing, from a figure to its case, a day and a case
played again by keyboard.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.e2e.test_phone import PHONE, check_fits

FILL = "shape => getComputedStyle(shape).fill"
STEPS = ".drawing [data-element-id='{}'] .djs-visual > :first-child"


def test_warmth_stands_over_the_drawing_and_leads_to_cases(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("pimpinan")
    page.goto(f"{site.address}/proses/sktlk")
    expect(page.locator(".drawing .heat-badge").first).to_be_attached()
    rows = page.locator("#angka tr[data-element]")
    assert rows.count() > 5
    row = page.locator("#angka tr[data-element='terima_warga']")
    warmth = row.get_attribute("data-warmth")
    times = row.get_attribute("data-times")
    assert warmth and times
    badge = page.locator(".drawing .djs-overlays[data-container-id='terima_warga'] .heat-times")
    expect(badge).to_have_text(times)
    warm = page.locator(STEPS.format("terima_warga")).evaluate(FILL)
    key = page.locator(f".heat-legend .heat-{warmth}").evaluate(
        "key => getComputedStyle(key).backgroundColor"
    )
    assert warm == key

    row.get_by_role("link", name="kali selesai").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Terima warga")
    page.locator("td, th").get_by_role("link", name=re.compile("B-20")).first.click()
    expect(page).to_have_url(counter.CASE)


@pytest.mark.parametrize("path", ["/proses", "/proses/sktlk", "/proses/sktlk/hari"])
def test_process_pages_fit_on_a_phone(site: RunningSite, signed_in: Opener, path: str) -> None:
    page = signed_in("kaspkt", **PHONE)
    page.goto(f"{site.address}{path}")
    check_fits(page)


def test_a_day_is_played_by_keyboard_and_button(site: RunningSite, signed_in: Opener) -> None:
    page = signed_in("kaspkt")
    page.goto(f"{site.address}/proses/sktlk/hari")
    slider = page.get_by_role("slider")
    expect(slider).to_be_visible()
    words = page.locator("[data-replay-words]")
    expect(words).to_contain_text("Sebelum gerak pertama")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(words).to_contain_text("1 dari")
    expect(words).to_contain_text("WITA")
    expect(page.locator(".drawing .heat-now").first).to_be_attached()
    expect(page.locator("[data-move][data-now]")).to_have_count(1)
    page.get_by_role("button", name="Maju").click()
    expect(words).to_contain_text("2 dari")
    page.get_by_role("button", name="Mundur").click()
    expect(words).to_contain_text("1 dari")
    page.get_by_label("Kecepatan").select_option("4")
    page.get_by_role("button", name="Putar", exact=True).click()
    expect(words).not_to_contain_text("1 dari")
    page.get_by_role("button", name="Jeda").click()
    expect(page.get_by_role("button", name="Putar", exact=True)).to_be_visible()


def test_a_case_is_played_on_its_page(site: RunningSite, signed_in: Opener) -> None:
    page = signed_in("kaspkt")
    page.goto(f"{site.address}/proses/sktlk")
    page.locator("#angka tr[data-element='persetujuan']").get_by_role(
        "link", name="kali selesai"
    ).click()
    page.get_by_role("link", name=re.compile("B-20")).first.click()
    expect(page.locator(".drawing .replay-here")).to_have_count(0)
    page.get_by_text("Putar ulang jalannya berkas").click()
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-replay-words]")).to_contain_text("Masuk: Terima warga")
    expect(page.locator(".drawing .replay-here[data-element-id='terima_warga']")).to_have_count(1)
    check_flows(page)


def check_flows(page: Page) -> None:
    """The way that was taken is drawn."""
    page.keyboard.press("ArrowRight")
    expect(page.locator(".drawing .replay-flow").first).to_be_attached()
    expect(page.locator(".drawing .replay-here[data-element-id='terima_warga']")).to_have_count(0)


def test_without_scripts_a_day_is_a_list(site: RunningSite, signed_in: Opener) -> None:
    page = signed_in("kaspkt", java_script_enabled=False)
    page.goto(f"{site.address}/proses/sktlk/hari")
    expect(page.locator(".moves li").first).to_contain_text("WITA")
    expect(page.get_by_role("slider")).to_have_count(0)
