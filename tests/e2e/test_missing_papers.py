"""The citizen lacks a paper, goes home with a list, comes back, and nothing is typed again (R54,
R55).
"""

from playwright.sync_api import expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.counter import Citizen
from tests.e2e.site import RunningSite


def test_r54_r55_missing_papers_are_listed_and_the_case_goes_on_later(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("petugas2")
    number = counter.start_case(page, site.address)
    counter.receive(page)
    counter.identify(page, Citizen())
    counter.say_lost(page)
    counter.describe(page, "SIM")
    counter.hand_in(page, "Fotokopi KTP pelapor")
    page.get_by_label("Catatan petugas").fill("Menyusul dari Satpas")
    counter.submit(page)
    expect(page).to_have_url(counter.CASE)
    counter.take(page, "Lengkapi persyaratan")

    with page.expect_popup() as opened:
        page.get_by_role("link", name="Cetak daftar kekurangan").click()
    slip = opened.value
    expect(slip.get_by_role("heading", level=1)).to_have_text("Yang masih perlu dibawa")
    expect(slip.locator(".slip-table tbody tr")).to_have_count(1)
    expect(slip.locator(".slip-table")).to_contain_text("Nomor register SIM dari Satpas Polres HSS")
    expect(slip.locator(".slip-table")).to_contain_text("Satpas (Sat Lantas Polres HSS)")
    expect(slip.locator(".slip")).to_contain_text(number)
    assert [word for word in Citizen().secrets() if word in counter.html_of(slip)] == []
    slip.close()

    later = signed_in("petugas2")
    counter.open_case(later, site.address, number)
    later.get_by_role("link", name="Lengkapi persyaratan").click()
    counter.expect_task(later, "Lengkapi persyaratan")
    expect(
        counter.requirement(later, "Fotokopi KTP pelapor").locator("[data-given]")
    ).to_be_checked()
    counter.hand_in(later, "Nomor register SIM", number="CONTOH/77/2026", on="20-11-2026")
    counter.submit(later)

    expect(later).to_have_url(counter.CASE)
    expect(later.locator(".waiting")).to_contain_text("Periksa dan setujui")
    later.goto(f"{later.url}/kekurangan")
    expect(later.get_by_text("Tidak ada kekurangan yang tercatat.")).to_be_visible()
