"""Who plans the budget finds the figures of the month and takes them along; who serves at the
counter does not.
"""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.e2e.test_phone import PHONE, check_fits


def test_r75_r76_the_report_is_found_read_and_taken_along(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("bagren", **PHONE)
    page.locator(".places summary").click()
    page.locator(".places .menu-panel").get_by_role("link", name="Laporan layanan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"^Laporan layanan \w+ \d{4}$")
    )
    row = page.get_by_role("row").filter(has_text="Surat Keterangan Tanda Lapor Kehilangan")
    expect(row).to_be_visible()
    check_fits(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Unduh CSV").click()
    told = taken.value.path().read_text()
    assert re.search(r",layanan,sktlk,.*,diterima,[1-9]", told)
    assert "Contoh" not in told, "no person stands in it"

    desk = signed_in("petugas")
    expect(desk.locator("a", has_text="Laporan layanan")).to_have_count(0)
