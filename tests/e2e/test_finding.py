"""A paper is found by a number on it, without a script: narrowed, marked on its picture, beside
what is similar (R37).
"""

import time

from playwright.sync_api import Page, expect

from tests.e2e import counter, scan
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite

NIK = "6306 0511 1290 0077"


def attach(page: Page, label: str, sentence: str) -> None:
    page.get_by_label("Jenis dokumen").select_option(label)
    page.get_by_label("File (foto, pindaian, atau PDF)").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": scan.page(sentence)}
    )
    page.get_by_role("button", name="Tambahkan", exact=True).click()
    expect(page.get_by_role("status").filter(has_text=label)).to_be_visible()


def search_until(page: Page, words: str, papers: int) -> None:
    """Search again until the worker has read what was handed in."""
    found = page.locator(".hits [data-open]")
    end = time.monotonic() + counter.WORKER_PATIENCE / 1000
    while time.monotonic() < end and found.count() < papers:
        counter.search(page, words)
        page.wait_for_timeout(500)
    expect(found).to_have_count(papers)


def test_r37_a_number_is_found_narrowed_and_marked_without_a_script(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("petugas2", java_script_enabled=False)
    number = counter.start_case(page, site.address)
    counter.open_case(page, site.address, number)
    page.locator("summary").filter(has_text="Tambahkan dokumen").click()
    attach(page, "Surat", f"Rumpun selasih milik warga bernomor {NIK} di teras")
    page.locator("summary").filter(has_text="Tambahkan dokumen").click()
    attach(page, "Foto", f"Gambar selasih di teras balai bernomor {NIK} sudah kering")

    search_until(page, NIK.replace(" ", ""), 2)
    page.locator(".facets").get_by_role("link", name="Foto", exact=True).click()
    expect(page.locator(".chip")).to_contain_text("Jenis dokumen: Foto")
    expect(page.locator(".hits [data-open]")).to_have_count(1)
    assert NIK.replace(" ", "") not in page.url
    with page.expect_response("**/cari/gambar/**") as drawn:
        page.get_by_text("Lihat di gambar").first.click()
    assert (drawn.value.status, drawn.value.header_value("content-type")) == (200, "image/webp")
    page.locator(".hits [data-open]").first.click()
    expect(page.locator("mark").first).to_be_visible()
    picture, mark = (
        page.locator(".sheet-picture").bounding_box(),
        page.locator(".sheet-marks rect").first,
    )
    box = mark.bounding_box()
    assert picture is not None
    assert box is not None
    assert picture["x"] < box["x"] < box["x"] + box["width"] < picture["x"] + picture["width"]
    assert picture["y"] < box["y"] < box["y"] + box["height"] < picture["y"] + picture["height"]

    page.get_by_role("link", name="Dokumen serupa").click()
    expect(page.get_by_text("Nomor yang sama ada di keduanya.")).to_be_visible()
