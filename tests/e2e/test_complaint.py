"""A complaint from the desk to its settlement, and a sheet from the box that is set aside and taken
up again.
"""

import re

from playwright.sync_api import Page, expect

from tests.e2e import counter, scan
from tests.e2e.conftest import Opener
from tests.e2e.counter import Citizen
from tests.e2e.site import RunningSite
from tests.e2e.test_journey import letter_on, words_of
from tests.e2e.test_phone import PHONE, check_fits

SERVICE = "Pengaduan masyarakat"
NUMBER = re.compile(r"DUMAS/\S+")
GRIEVANCE = "Warga dua kali diminta kembali oleh loket Purnamasari tanpa penjelasan."
SECRET_WORDS = ("Purnamasari",)


def test_a_complaint_is_answered_signed_handled_settled_and_told(
    site: RunningSite, signed_in: Opener
) -> None:
    citizen = Citizen()
    desk = signed_in("petugas")
    number = counter.start_case(desk, site.address, SERVICE, "Terima pengaduan")
    expect(desk.get_by_text("Hubungkan ke 110")).to_be_visible()
    counter.question(desk, "darurat").get_by_label("Tidak").check()
    desk.get_by_label("Langsung, datang ke SPKT").check()
    desk.get_by_label("Saya sudah memperkenalkan nama").check()
    counter.submit(desk)
    counter.expect_task(desk, "Identitas pengadu")
    counter.identify(desk, citizen, "Pokok pengaduan")
    write_down(desk)
    counter.expect_task(desk, "Tanggapi langsung")
    desk.get_by_label("Tanggapan yang disampaikan").fill(
        "Dikabari lewat telepon paling lambat lusa."
    )
    desk.get_by_label("Pengadu sudah didengarkan").check()
    counter.submit(desk)
    judge(desk)
    await_task(desk, "Pengadu bertanda tangan")
    desk.get_by_label("Pengadu sudah membaca").check()
    desk.get_by_label("Sudah benar").check()
    desk.get_by_label("Di layar").check()
    counter.draw_signature(desk)
    counter.submit(desk)
    await_task(desk, "Serahkan tanda terima")
    receipt = words_of(letter_on(desk))
    assert NUMBER.search(receipt)
    assert citizen.name in receipt
    assert "Purnamasari" in receipt
    counter.question(desk, "cara_serah").get_by_label("Cetakan").check()
    desk.get_by_label("Pengadu sudah diberi tahu bahwa pelayanan ini tanpa biaya").check()
    counter.question(desk, "diminta_bayar").get_by_label("Tidak").check()
    desk.get_by_label("Cara menanyakan perkembangan").check()
    counter.submit(desk)

    lead = signed_in("pamapta")
    counter.take_approval(lead, site.address, number, "Tangani pengaduan")
    handle(lead, "Belum selesai")
    handle(lead, "Usulkan penyelesaian")

    head = signed_in("kaspkt")
    counter.take_approval(head, site.address, number, "Putuskan penyelesaian")
    expect(head.locator(".summary")).to_contain_text("Usul: Terbukti.")
    head.get_by_label("Selesai", exact=True).check()
    head.get_by_label("Hasil pengaduan").select_option(label="Terbukti")
    head.get_by_label("Alasan", exact=True).fill("Buku tamu membenarkan dua kunjungan.")
    head.get_by_label("Kalimat untuk pengadu").fill("Keluhan benar dan jadwal sudah diperbaiki.")
    counter.submit(head)
    expect(head).to_have_url(counter.CASE)
    assert [
        word for word in (*citizen.secrets(), *SECRET_WORDS) if word in counter.html_of(head)
    ] == []

    counter.open_case(desk, site.address, number)
    desk.get_by_role("link", name="Beri tahu hasilnya").first.click()
    claim = desk.get_by_role("button", name="Ambil tugas")
    expect(claim.or_(counter.submit_button(desk)).first).to_be_visible()
    if claim.is_visible():
        claim.click()
    counter.expect_task(desk, "Beri tahu pengadu")
    expect(desk.locator(".summary")).to_contain_text("Keluhan benar dan jadwal sudah diperbaiki.")
    desk.get_by_label("Sudah disampaikan").check()
    desk.get_by_label("Cara menyampaikan").select_option(label="Telepon")
    desk.get_by_label("Yang disampaikan").fill("Keluhan benar dan jadwal sudah diperbaiki.")
    counter.submit(desk)
    counter.open_case(desk, site.address, number)
    expect(desk.locator("main")).to_contain_text(
        "selesai ditangani", timeout=counter.WORKER_PATIENCE
    )
    told = desk.get_by_role("region", name="Kabar kepada warga dan pimpinan").get_by_role(
        "listitem"
    )
    expect(told).to_have_count(
        2
    )  # the number and the outcome; the office has opened no way out, so both are slips
    told.filter(has_text="Berkas Anda selesai").get_by_role("link", name="Buka slip").click()
    slip = desk.locator(".slip")
    expect(slip).to_contain_text("Hasil: pengaduan Anda benar dan sudah ditindaklanjuti")
    expect(slip).to_contain_text(NUMBER)
    assert [word for word in (*citizen.secrets(), *SECRET_WORDS) if word in slip.inner_text()] == []


def test_a_sheet_of_the_box_is_set_aside_and_taken_up_again(
    site: RunningSite, signed_in: Opener
) -> None:
    desk = signed_in("petugas2", **PHONE)
    desk.goto(f"{site.address}/kotak-pengaduan")
    check_fits(desk)
    desk.get_by_label("Jumlah lembar").fill("1")
    desk.get_by_label("Nama pengguna petugas kedua").fill("pamapta")
    desk.get_by_label("Kata sandi petugas kedua").fill(site.passwords["pamapta"])
    desk.get_by_role("button", name="Catat pembukaan").click()
    expect(desk.get_by_text("1 lembar, 1 berkas dimulai")).to_be_visible()
    check_fits(desk)
    number = desk.locator("main a.number").inner_text()
    desk.locator("main a.number").click()
    desk.get_by_role("link", name="Pindai lembar").first.click()
    counter.expect_task(desk, "Pindai lembar")
    counter.scan_into(counter.question(desk, "bukti_lembar"), "lembar.jpg", scan.page())
    desk.get_by_label("Tempat lembar asli disimpan").fill("Map pengaduan")
    counter.submit(desk)
    counter.expect_task(desk, "Catat pengirim yang disebut")
    check_fits(desk)
    counter.submit(desk)
    write_down(desk)
    judge(desk)

    head = signed_in("kaspkt")
    counter.open_case(head, site.address, number)
    await_task(head, "Sisihkan atau tangani", claim=True)
    head.get_by_label("Disisihkan", exact=True).check()
    head.get_by_label("Alasan menyisihkan").fill("Keluhan yang sama sudah ditangani.")
    counter.submit(head)
    counter.open_case(head, site.address, number)
    expect(head.locator("main")).to_contain_text(
        "disisihkan menurut aturan anonim", timeout=counter.WORKER_PATIENCE
    )
    expect(head.get_by_text("Buka kembali", exact=True)).to_be_visible()
    head.get_by_text("Buka kembali", exact=True).click()
    head.get_by_label("Alasan membuka kembali").fill("Pengirimnya datang membawa keterangan baru.")
    head.get_by_role("button", name=f"Buka kembali berkas {number}").click()
    expect(head.get_by_text("Alasan dibuka kembali")).to_be_visible()
    expect(head.locator(".kin")).to_contain_text(number)


def write_down(page: Page) -> None:
    """What is complained about."""
    counter.expect_task(page, "Pokok pengaduan")
    page.get_by_label("Golongan pengaduan").select_option(label="Pelayanan lambat")
    page.get_by_label("Mengadu sebagai").select_option(label="Perorangan")
    page.get_by_label("Uraian keluhan").fill(GRIEVANCE)
    counter.submit(page)


def judge(page: Page) -> None:
    """It is for us."""
    counter.expect_task(page, "Periksa kewenangan")
    page.get_by_label("SPKT atau Polres sendiri").check()
    page.get_by_label("Alasan", exact=True).fill("Tentang pelayanan di loket.")
    counter.submit(page)
    expect(page).to_have_url(counter.CASE)


def await_task(page: Page, title: str, *, claim: bool = False) -> None:
    """The worker prints, and then the next step is there: the page of the case goes on to it, or
    offers it.
    """
    link = page.get_by_role("link", name=title).first
    heading = page.get_by_role("heading", level=1, name=title)
    expect(link.or_(heading).first).to_be_visible(timeout=counter.WORKER_PATIENCE)
    if link.is_visible():
        link.click()
    if claim:
        page.get_by_role("button", name="Ambil tugas").click()
    counter.expect_task(page, title)


def handle(page: Page, then: str) -> None:
    """One note of progress: for those who work on it, and for the complainant."""
    counter.expect_task(page, "Tangani pengaduan")
    page.get_by_label("Catatan kerja").fill("Petugas loket sudah ditanya.")
    page.get_by_label("Status untuk pengadu").select_option(label="Sedang diperiksa")
    page.get_by_label(then).check()
    if then != "Belum selesai":
        page.get_by_label("Hasil yang diusulkan").select_option(label="Terbukti")
        page.get_by_label("Alasan usul").fill("Buku tamu membenarkan dua kunjungan.")
    counter.submit(page)
