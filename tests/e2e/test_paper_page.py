"""The page of a paper while it is read: its pictures come by themselves, and what somebody opened
stays open.
"""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.e2e.test_checks import bring_worn_paper


@pytest.mark.timeout(300)
def test_a_page_that_is_being_read_shows_its_pictures_by_itself(
    site: RunningSite, signed_in: Opener
) -> None:
    desk = signed_in("arsip")
    bring_worn_paper(desk, site.address)
    address = desk.locator("[data-paper] a").first.get_attribute("href")

    desk.goto(f"{site.address}{address}")
    expect(desk.get_by_text("muat ulang halaman ini")).to_be_visible()
    desk.locator("details summary").filter(has_text="Ubah tingkat akses").click()
    desk.get_by_label("Tingkat akses yang baru").select_option(index=1)
    expect(desk.get_by_role("link", name="Buka PDF")).to_be_visible(timeout=120_000)
    expect(desk.get_by_alt_text("Gambar halaman 3")).to_be_visible()
    expect(desk.get_by_text("muat ulang halaman ini")).to_have_count(0)
    expect(desk.get_by_label("Tingkat akses yang baru")).not_to_have_value("")
