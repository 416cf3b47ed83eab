"""An archivist makes an archive of old paper with the keyboard alone, and a stack finds its way by
its cover sheet (R37 to R39).
"""

import io

from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e import counter, feeder, scan
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.integration.services import stacks as made
from tests.unit.ocr import fed

WORDS = "Undangan penimbangan jeruk di gudang lama Contoh Rantau"


def press_to(page: Page, label: str) -> None:
    """Go on with the tabulator until the question has the focus."""
    wanted = page.locator("input, select, textarea").and_(page.get_by_label(label)).first
    for _ in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {label}")


def type_into(page: Page, label: str, text: str) -> None:
    press_to(page, label)
    page.keyboard.type(text)


def choose(page: Page, label: str) -> None:
    press_to(page, label)
    page.keyboard.press("Space")


def send(page: Page, then: str) -> None:
    page.keyboard.press("Control+Enter")
    counter.expect_task(page, then)


def test_r39_old_paper_becomes_archive_by_keyboard_and_cover_sheet(
    site: RunningSite, signed_in: Opener
) -> None:
    desk = signed_in("arsip")
    desk.keyboard.press("g")
    desk.keyboard.press("m")
    expect(desk.get_by_role("heading", name="Alih media arsip")).to_be_visible()
    expect(desk.locator("form[action^='/mulai/']")).to_have_count(2)
    service = desk.locator(".services li").filter(has_text="Alih media arsip")
    service.get_by_role("button", name="Mulai", exact=True).press("Enter")
    counter.expect_task(desk, "Daftarkan hardcopy")
    type_into(desk, "Isi hardcopy", "Surat masuk bulan Maret")
    type_into(desk, "Dari tahun", "2019")
    type_into(desk, "Jumlah lembar", "1")
    type_into(desk, "Tempat hardcopy sekarang", "Gudang arsip, lemari 2")
    send(desk, "Pindai")

    task = desk.url
    cover = feeder.cover_of(desk, task)
    desk.goto(task)
    desk.keyboard.press("g")
    desk.keyboard.press("t")
    expect(desk.get_by_role("heading", name="Tumpukan pindai")).to_be_visible()
    desk.wait_for_load_state()
    paper = Image.open(io.BytesIO(scan.page(WORDS))).convert("L").resize(fed.SIZE)
    stack = made.pdf(fed.sheet("Halaman lepas contoh"), fed.upside_down(cover), paper, fed.blank())
    desk.get_by_label("File hasil pindai").set_input_files(
        {"name": "tumpukan.pdf", "mimeType": "application/pdf", "buffer": stack}
    )
    desk.get_by_role("button", name="Masukkan tumpukan").press("Enter")
    expect(desk.get_by_text("sedang dipilah")).to_be_visible()
    expect(desk.locator(".stacks li").first).to_contain_text(
        "1 bagian masuk berkasnya, 1 perlu orang", timeout=counter.WORKER_PATIENCE
    )
    expect(desk.get_by_text("Tidak ada lembar sampul di depan halaman ini.")).to_be_visible(
        timeout=counter.WORKER_PATIENCE
    )
    desk.get_by_role("button", name="Simpan sebagai arsip").press("Enter")
    expect(desk.get_by_text("Tidak ada yang menunggu.")).to_be_visible()

    desk.goto(task)
    expect(desk.locator("[data-paper]")).to_have_count(1)
    type_into(desk, "Lembar yang dipindai", "1")
    send(desk, "Periksa mutu")
    choose(desk, "Baik, lanjut ke indeks")
    for checked in ("Jumlah lembar sama", "Urutan benar", "Semua tulisan", "Tidak ada tepi"):
        choose(desk, checked)
    send(desk, "Beri indeks")
    press_to(desk, "Jenis dokumen")
    desk.keyboard.type("Surat masuk")
    type_into(desk, "Pokok dokumen", "Undangan rapat koordinasi")
    send(desk, "Terima sebagai arsip")
    choose(desk, "Terima sebagai arsip")
    choose(desk, "Softcopy sama dengan hardcopy")
    type_into(desk, "Tempat hardcopy disimpan", "Ruang arsip, lemari 4, boks 17")
    desk.keyboard.press("Control+Enter")
    expect(desk).to_have_url(counter.CASE)
    expect(desk.get_by_text("Dokumen masuk arsip").first).to_be_attached()
