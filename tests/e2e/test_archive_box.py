"""An archivist empties a box: registers three bundles, prints covers, feeds the stack, accepts, and
prints the minutes (R37 to R39).
"""

import io

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e import counter, scan
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.integration.services import stacks as made
from tests.unit.ocr import fed

WORDS = (
    "Undangan rapat Contoh Amuntai",
    "Laporan bulanan Contoh Barabai",
    "Surat edaran Contoh Rantau",
)


def pdf_of(page: Page, address: str) -> pypdfium2.PdfDocument:
    """A PDF of the site, as the signed-in browser gets it."""
    answer = page.request.get(address)
    assert answer.ok, answer.status
    return pypdfium2.PdfDocument(answer.body())


def stack_of(covers: pypdfium2.PdfDocument) -> bytes:
    """The covers as they come out of the printer, each with a page behind it, through the
    feeder.
    """
    pages: list[Image.Image] = []
    for cover, words in zip(covers, WORDS, strict=True):
        printed = cover.render(scale=150 / 72).to_pil().convert("L").resize(fed.SIZE)
        paper = Image.open(io.BytesIO(scan.page(words))).convert("L").resize(fed.SIZE)
        pages += [printed, paper]
    return made.pdf(*pages)


def accept_bundle(desk: Page, address: str, number: str) -> None:
    """From the scan that came by its cover sheet to the archive."""
    desk.goto(address)
    desk.get_by_role("link", name=number).first.click()
    desk.get_by_role("link", name="Pindai", exact=True).first.click()
    counter.expect_task(desk, "Pindai")
    expect(desk.locator("[data-paper]")).to_have_count(1)
    desk.get_by_label("Lembar yang dipindai").fill("1")
    desk.get_by_role("button", name="Simpan dan lanjutkan").click()
    counter.expect_task(desk, "Periksa mutu")
    desk.get_by_role("radio", name="Baik, lanjut ke indeks").check()
    for checked in ("Jumlah lembar sama", "Urutan benar", "Semua tulisan", "Tidak ada tepi"):
        desk.get_by_label(checked).check()
    desk.get_by_role("button", name="Simpan putusan").click()
    counter.expect_task(desk, "Beri indeks")
    desk.get_by_label("Jenis dokumen").select_option(label="Surat masuk")
    desk.get_by_label("Pokok dokumen").fill("Undangan dan laporan")
    desk.get_by_role("button", name="Simpan dan lanjutkan").click()
    counter.expect_task(desk, "Terima sebagai arsip")
    desk.get_by_role("radio", name="Terima sebagai arsip").check()
    desk.get_by_label("Softcopy sama dengan hardcopy").check()
    desk.get_by_label("Tempat hardcopy disimpan").fill("Ruang arsip, lemari 4, boks 17")
    desk.get_by_role("button", name="Simpan putusan").click()
    expect(desk).to_have_url(counter.CASE)


@pytest.mark.timeout(900)  # fifteen forms
def test_r39_a_box_of_three_bundles_becomes_archive_with_its_minutes(
    site: RunningSite, signed_in: Opener
) -> None:
    desk = signed_in("arsip")
    desk.goto(f"{site.address}/mulai")
    desk.get_by_role("link", name="Daftarkan kotak arsip").click()
    desk.get_by_label("Jumlah bundel").fill("3")
    desk.get_by_role("button", name="Buat baris").click()
    expect(desk.get_by_role("group", name="Bundel 3")).to_be_visible()
    desk.get_by_label("Nomor kotak arsip").fill("KOTAK-17")
    desk.get_by_label("Tempat kotak sekarang").fill("Gudang arsip, lemari 2, rak 3")
    for no in (1, 2, 3):
        bundle = desk.get_by_role("group", name=f"Bundel {no}")
        bundle.get_by_label("Isi hardcopy").fill(f"Surat masuk triwulan {no}")
        bundle.get_by_label("Dari tahun").fill("2019")
        bundle.get_by_label("Jumlah lembar").fill("" if no == 3 else "1")
    desk.get_by_role("group", name="Bundel 3").get_by_label("Jumlah lembar").fill("banyak")
    desk.get_by_role("button", name="Daftarkan kotak").click()
    expect(desk.get_by_text("Kotak belum didaftarkan.")).to_be_visible()
    expect(desk.get_by_role("group", name="Bundel 1").get_by_label("Isi hardcopy")).to_have_value(
        "Surat masuk triwulan 1"
    )
    desk.get_by_role("group", name="Bundel 3").get_by_label("Jumlah lembar").fill("1")
    desk.get_by_role("button", name="Daftarkan kotak").click()
    expect(desk.get_by_text("3 bundel, 3 berkas dimulai.")).to_be_visible()

    link = desk.get_by_role("link", name="Cetak lembar sampul (PDF)")
    covers = pdf_of(desk, site.address + str(link.get_attribute("href")))
    assert len(covers) == 3
    box = site.address + str(desk.locator("#terakhir a.number").first.get_attribute("href"))

    desk.goto(f"{site.address}/tumpukan")
    desk.get_by_label("File hasil pindai").set_input_files(
        {"name": "tumpukan.pdf", "mimeType": "application/pdf", "buffer": stack_of(covers)}
    )
    desk.get_by_role("button", name="Masukkan tumpukan").click()
    expect(desk.locator(".stacks li").first).to_contain_text(
        "3 bagian masuk berkasnya", timeout=counter.WORKER_PATIENCE
    )

    desk.goto(box)
    family = desk.locator(".kin li", has_text="Bundel dari kotak arsip")
    expect(family).to_have_count(3)
    for number in [text.strip() for text in family.locator("a").all_inner_texts()]:
        accept_bundle(desk, box, number)
    desk.goto(box)
    expect(family.filter(has_text="Masih berjalan")).to_have_count(
        0, timeout=counter.WORKER_PATIENCE
    )

    desk.get_by_role("link", name="Isi berita acara").first.click()
    counter.expect_task(desk, "Isi berita acara")
    desk.get_by_role("textbox", name="Tempat alih media").fill("Ruang arsip SPKT")
    desk.get_by_role("textbox", name="Perangkat").fill(
        "Pemindai pengumpan A4 dan aplikasi Sentra SPKT"
    )
    desk.get_by_role("button", name="Terbitkan berita acara").click()
    # The browser goes on by itself when the worker has printed both.
    expect(desk.get_by_role("heading", name="Periksa dan tanda tangani")).to_be_visible(
        timeout=counter.WORKER_PATIENCE
    )
    letters = desk.locator("a[href^='/surat/'][href$='.pdf']")
    addresses = {str(link.get_attribute("href")) for link in letters.all()}
    told = " ".join(
        " ".join(
            page.get_textpage().get_text_bounded() for page in pdf_of(desk, site.address + one)
        )
        for one in addresses
    )
    told = " ".join(told.split())
    for part in (
        "BERITA ACARA ALIH MEDIA",
        "DAFTAR ARSIP ALIH MEDIA",
        "3 berkas, 3 lembar, 3 halaman",
        "KOTAK-17",
    ):
        assert part in told, part
