"""The bar of every page: one line for everybody on every screen, the rest a touch away, with and
without scripts.
"""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.e2e.test_phone import PHONE, check_fits

SCREENS = (390, 768, 1280, 1366)
ONE_LINE = 60
"""Most pixels of a bar of one line."""


def bar(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Utama")


def open_menu(page: Page) -> Locator:
    bar(page).locator("summary").click()
    menu = bar(page).locator(".menu-panel")
    expect(menu).to_be_visible()
    return menu


@pytest.mark.parametrize("username", ["kaspkt", "pamapta", "propam", "arsip", "admin"])
def test_the_bar_is_one_line_on_every_screen(
    site: RunningSite, signed_in: Opener, username: str
) -> None:
    page = signed_in(username)
    for width in SCREENS:
        page.set_viewport_size({"width": width, "height": 800})
        for address in ("/", "/cari", "/pengaturan/libur"):
            page.goto(f"{site.address}{address}")
            box = page.locator("header.bar").bounding_box()
            assert box is not None and box["height"] <= ONE_LINE, (width, address, box)
            inner = page.locator(".bar-inner")
            assert inner.evaluate("one => one.scrollWidth <= one.clientWidth"), (width, address)
            names = page.locator(".places > a:visible, .places summary:visible").all()
            assert [one.evaluate("one => one.scrollWidth > one.clientWidth") for one in names] == [
                False
            ] * len(names), (width, address, "cut words")


def test_what_is_rarely_used_is_in_the_menu_and_by_its_keys(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("kaspkt")
    page.goto(site.address)
    expect(bar(page).get_by_role("link", name="Gangguan")).to_have_count(0)
    open_menu(page).get_by_role("link", name="Gangguan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gangguan")
    expect(bar(page).get_by_role("link", name="Gangguan")).to_have_attribute("aria-current", "page")

    open_menu(page)
    page.keyboard.press("Escape")
    expect(bar(page).locator(".menu-panel")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kotak keluar")


def test_on_a_phone_all_places_are_in_the_menu_and_the_one_where_one_is_stands_beside_it(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("kaspkt", **PHONE)
    page.goto(f"{site.address}/proses")
    here = bar(page).get_by_role("link")
    expect(here).to_have_text(["Proses"])
    expect(here).to_be_in_viewport(ratio=1)
    menu = open_menu(page)
    check_fits(page)
    expect(menu.get_by_role("link")).to_have_count(10)
    menu.get_by_role("link", name="Papan SPKT").click()
    expect(page.get_by_role("heading", name="Papan SPKT")).to_be_visible()


def test_the_menu_opens_without_scripts(site: RunningSite, signed_in: Opener) -> None:
    plain = signed_in("pamapta", java_script_enabled=False)
    plain.goto(site.address)
    open_menu(plain).get_by_role("link", name="Proses").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Proses")
