"""An archivist checks a bad scan by keyboard alone: two worn words, a page upside down, a blank one
(R39).
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.e2e.test_digitisation import send, type_into
from tests.unit.ocr import worn

SHEET = re.compile(r"/dokumen/[0-9a-f-]{36}/periksa")


def bring_worn_paper(desk: Page, address: str) -> None:
    """Register an old paper and choose its scan; the form is still open."""
    counter.start_case(desk, address, "Alih media arsip", "Daftarkan hardcopy")
    type_into(desk, "Isi hardcopy", "Daftar barang titipan")
    type_into(desk, "Dari tahun", "2018")
    type_into(desk, "Jumlah lembar", "2")
    type_into(desk, "Tempat hardcopy sekarang", "Gudang arsip, lemari 5")
    send(desk, "Pindai")
    desk.locator("[data-paper-input]").first.set_input_files(
        {"name": "pindaian.pdf", "mimeType": "application/pdf", "buffer": worn.paper()}
    )


def scan(desk: Page, address: str) -> None:
    """Register an old paper and scan it; the quality check is the open task then."""
    bring_worn_paper(desk, address)
    expect(desk.locator("[data-paper]")).to_have_count(1)
    type_into(desk, "Lembar yang dipindai", "2")
    send(desk, "Periksa mutu")


def version(page: Page) -> Locator:
    return page.locator("main p.quiet").first


@pytest.mark.timeout(600)
def test_r39_a_bad_scan_is_put_right_by_keyboard(site: RunningSite, signed_in: Opener) -> None:
    desk = signed_in("arsip")
    scan(desk, site.address)
    task = desk.url
    check = desk.get_by_role("link", name="halaman demi halaman")
    for _ in range(60):
        if check.count():
            break
        desk.wait_for_timeout(1000)
        desk.reload()
    check.press("Enter")
    expect(desk).to_have_url(SHEET)
    desk.wait_for_load_state()

    expect(desk.locator(".mark-doubt")).to_have_count(2)
    first, second = desk.locator(".doubts [name='kata']").all()
    expect(first).to_be_focused()
    desk.keyboard.type("Galam")
    desk.keyboard.press("Enter")
    expect(second).to_be_focused()
    expect(second).to_have_value("Rumbia")
    desk.keyboard.press("Enter")
    expect(desk.locator(".mark-sure")).to_have_count(2)
    expect(desk.locator("[data-left]")).to_have_text("0")
    expect(desk.get_by_role("button", name="Baik, kembali ke tugas")).to_be_focused()

    desk.keyboard.press("PageDown")
    expect(version(desk)).to_contain_text("Halaman 2 dari 3, versi 3")
    desk.wait_for_load_state()
    for number in (4, 5):
        desk.keyboard.press("]")
        expect(version(desk)).to_contain_text(f"versi {number}")
        desk.wait_for_load_state()
    expect(desk.get_by_text("sedang dibaca ulang")).to_be_visible()
    desk.keyboard.press("PageDown")
    expect(desk.get_by_text("Tidak ada tulisan di halaman ini.")).to_be_visible()
    desk.wait_for_load_state()
    desk.keyboard.press("x")
    expect(version(desk)).to_contain_text("Halaman 2 dari 2, versi 6")
    desk.wait_for_load_state()
    desk.keyboard.press("z")
    expect(version(desk)).to_contain_text("dari 3, versi 7")
    desk.wait_for_load_state()
    desk.keyboard.press("PageDown")
    expect(version(desk)).to_contain_text("Halaman 3 dari 3")
    desk.wait_for_load_state()
    desk.keyboard.press("x")
    expect(version(desk)).to_contain_text("Halaman 2 dari 2, versi 8")
    desk.wait_for_load_state()
    desk.keyboard.press(",")
    expect(version(desk)).to_contain_text("Halaman 1 dari 2, versi 9")
    desk.wait_for_load_state()
    expect(desk.locator(".page-list")).to_contain_text("2")

    desk.keyboard.press("Control+Enter")
    expect(desk).to_have_url(task)
    expect(desk.get_by_text("Mutu dokumen tercatat sudah diperiksa.")).to_be_visible()
    desk.wait_for_load_state()

    paper = desk.locator(".strip a").first
    for _ in range(60):
        desk.goto(task)
        paper.press("Enter")
        expect(desk.get_by_role("heading", level=1)).to_have_text("Hasil pindai")
        if (
            desk.get_by_role("link", name="Buka PDF").count()
            and desk.get_by_alt_text("Gambar halaman 1").count()
        ):
            break
        desk.wait_for_timeout(1000)
    expect(desk.get_by_text("Mutu diperiksa")).to_be_visible()
    desk.get_by_role("link", name="Teks", exact=True).press("Enter")
    expect(desk.locator(".sheet-text").first).to_contain_text("Foto gudang")
    expect(desk.locator(".sheet-text").nth(1)).to_contain_text("Galam")
    desk.locator("details summary").filter(has_text="Versi 9").press("Enter")
    desk.locator("details ol a").last.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Versi 1, halaman 1 dari 3")
    expect(desk.locator(".sheet-text")).not_to_contain_text("Galam")

    desk.wait_for_load_state()
    desk.keyboard.press("/")
    expect(desk.locator("#cari-cepat")).to_be_focused()
    desk.keyboard.type("Galam")
    desk.keyboard.press("Enter")
    expect(desk.locator("main mark").first).to_have_text("Galam")
