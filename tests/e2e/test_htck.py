"""Requests between functions in the browser: a defect from the counter to Sarpras and back, and
what Siwas asks of SPKT.
"""

import re
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.e2e.test_journey import letter_on, words_of
from tests.e2e.test_phone import PHONE, check_fits

SERVICE = "Permintaan antarfungsi (HTCK)"
SUBJECT = "Printer loket menarik dua lembar sekaligus"
NUMBER = re.compile(r"ND/\d+/\S+")


def test_r78_a_defect_goes_to_sarpras_comes_back_is_asked_for_again_and_is_closed(
    site: RunningSite, signed_in: Opener
) -> None:
    desk = signed_in("petugas")
    number = counter.start_case(desk, site.address, SERVICE, "Minta kepada fungsi lain")
    desk.get_by_label("Yang diminta").select_option(label="Kerusakan sarana atau prasarana SPKT")
    expect(desk.get_by_label("Tempat atau jalur")).to_be_hidden()
    tell(desk)
    desk.get_by_label("Barang", exact=True).select_option(label="Printer")
    desk.get_by_label("Letaknya").fill("loket 2")
    desk.get_by_label("Pelayanan terganggu").check()
    counter.submit(desk)
    expect(desk).to_have_url(counter.CASE)
    expect(desk.locator("main")).to_contain_text("Sarpras: terima permintaan")

    sarpras = signed_in("sarpras", **PHONE)
    expect(sarpras.get_by_role("link", name="Gangguan")).to_have_count(0)
    take(sarpras, site.address, number, "Terima permintaan")
    summary = sarpras.locator(".summary")
    expect(summary).to_contain_text(SUBJECT)
    expect(summary).to_contain_text("Barang: Printer, di loket 2")
    check_fits(sarpras)
    sarpras.get_by_label("Terima", exact=True).check()
    sarpras.get_by_label("Rencana pengerjaan").fill("Teknisi datang siang ini.")
    counter.submit(sarpras)
    reply(sarpras, "Dipenuhi sebagian", "Rol penarik kertas dibersihkan.")

    counter.open_case(desk, site.address, number)
    judge(desk)
    expect(desk.locator(".summary")).to_contain_text("Hasilnya: Dipenuhi sebagian")
    expect(
        desk.locator(".notice").filter(has_text="Rol penarik kertas dibersihkan.")
    ).to_be_visible()
    desk.get_by_label("Minta lagi").check()
    desk.get_by_label("Yang masih kurang").fill("Masih menarik dua lembar bila kertas penuh.")
    desk.get_by_label("Dibutuhkan paling lambat").fill(soon())
    counter.submit(desk)

    sarpras.goto(f"{site.address}/")
    sarpras.locator("[data-row]").filter(has_text=number).get_by_role("link").first.click()
    counter.expect_task(sarpras, "Kerjakan dan jawab")
    expect(sarpras.locator("main")).to_contain_text("Masih menarik dua lembar bila kertas penuh.")
    reply(sarpras, "Dipenuhi seluruhnya", "Rol penarik kertas diganti dan dicoba.")

    counter.open_case(desk, site.address, number)
    judge(desk)
    desk.get_by_label("Cukup, tutup permintaan").check()
    counter.submit(desk)
    expect(desk.locator("main")).to_contain_text("selesai pada", timeout=counter.WORKER_PATIENCE)
    assert SUBJECT not in desk.locator("title").inner_text()


def test_r74_what_siwas_asks_of_spkt_is_answered_by_a_numbered_letter(
    site: RunningSite, signed_in: Opener
) -> None:
    siwas = signed_in("siwas")
    number = counter.start_case(siwas, site.address, SERVICE, "Minta kepada SPKT")
    siwas.get_by_label("Yang diminta").select_option(
        label="Tindak lanjut temuan pengawasan (wasrik)"
    )
    tell(siwas)
    siwas.get_by_label("Nomor temuan").fill("3")
    siwas.get_by_label("Nomor surat").fill("ND/CONTOH/12")
    counter.submit(siwas)
    expect(siwas).to_have_url(counter.CASE)

    lead = signed_in("kaspkt")
    take(lead, site.address, number, "Terima permintaan")
    expect(lead.locator(".summary")).to_contain_text("Nomor temuan: 3.")
    lead.get_by_label("Terima", exact=True).check()
    counter.submit(lead)
    reply(lead, "Dipenuhi seluruhnya", "Buku mutasi jaga sudah ditandatangani tiap hari.")

    counter.open_case(siwas, site.address, number)
    letter = words_of(letter_on(siwas))
    assert NUMBER.search(letter)
    for words in ("Yth. Siwas", "ND/CONTOH/12", "Buku mutasi jaga sudah ditandatangani"):
        assert words in letter
    siwas.reload()
    judge(siwas)
    siwas.get_by_label("Cukup, tutup permintaan").check()
    counter.submit(siwas)
    expect(siwas.locator("main")).to_contain_text("selesai pada", timeout=counter.WORKER_PATIENCE)

    ops = signed_in("bagops")
    counter.search(ops, number)
    expect(ops.locator("main").get_by_role("link", name=number)).to_have_count(0)


def soon() -> str:
    return f"{date.today() + timedelta(days=3):%d-%m-%Y}"


def tell(page: Page) -> None:
    """What is asked, and by when."""
    page.get_by_label("Perihal").fill(SUBJECT)
    page.get_by_label("Uraian").fill("Contoh uraian: terjadi sejak kemarin pagi.")
    page.get_by_label("Dibutuhkan paling lambat").fill(soon())


def take(page: Page, address: str, number: str, title: str) -> None:
    """Find it in the queue of the own role and take it."""
    page.goto(f"{address}/")
    page.get_by_role("link", name=re.compile("Antrean peran saya")).click()
    page.locator("[data-row]").filter(has_text=number).get_by_role(
        "button", name="Ambil tugas"
    ).click()
    counter.expect_task(page, title)


def reply(page: Page, result: str, words: str) -> None:
    """Say what was done."""
    counter.expect_task(page, "Kerjakan dan jawab")
    page.get_by_label(result).check()
    page.get_by_label("Jawaban", exact=True).fill(words)
    counter.submit(page)
    expect(page).to_have_url(counter.CASE)


def judge(page: Page) -> None:
    """Open the answer that came back."""
    page.get_by_role("link", name="Nilai jawaban").first.click()
    counter.expect_task(page, "Nilai jawaban")
