"""Members, roster, holidays and deputies in a browser: one journey each."""

from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from workflow_app.domain import WITA

PHONE = {"width": 390, "height": 844}
NEW = "kalimat pengganti yang panjang"
FAR = timedelta(weeks=20)
"""Behind the weeks for which the demo has a roster."""


def open_by_menu(page: Page, words: str) -> None:
    page.locator(".bar-inner > details > summary").click()
    page.locator(".bar-inner > details .menu-panel").get_by_role("link", name=words).click()
    expect(page.get_by_role("heading", name=words, level=1)).to_be_visible()


def fits(page: Page) -> bool:
    """Nothing sticks out to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_member_is_added_and_chooses_a_password(
    signed_in: Opener, browsing: Opener, site: RunningSite
) -> None:
    admin = signed_in("admin")
    open_by_menu(admin, "Anggota")
    admin.get_by_role("link", name="Tambah anggota").click()
    admin.get_by_label("Nama lengkap").fill("Contoh Anggota Baru")
    admin.get_by_label("Nama pengguna").fill("anggota.baru")
    admin.get_by_role("checkbox", name="Petugas SPKT").check()
    admin.get_by_role("button", name="Periksa dahulu").click()
    expect(admin.get_by_text("Tugas peran ini sampai juga kepadanya")).to_be_in_viewport()
    admin.get_by_role("button", name="Buat akun").click()
    password = admin.locator("#kata-sandi").inner_text()

    page = browsing()
    page.goto(site.address)
    page.get_by_label("Nama pengguna").fill("anggota.baru")
    page.get_by_label("Kata sandi").fill(password)
    page.get_by_role("button", name="Masuk").click()
    page.get_by_label("Kata sandi lama").fill(password)
    page.get_by_label("Kata sandi baru", exact=True).fill(NEW)
    page.get_by_label("Kata sandi baru, sekali lagi").fill(NEW)
    page.get_by_role("button", name="Ganti kata sandi").click()
    expect(page.get_by_role("heading", name="Beranda")).to_be_visible()

    admin.get_by_role("link", name="Sudah saya sampaikan").click()
    admin.get_by_role("checkbox", name="Petugas SPKT").uncheck()
    admin.get_by_role("checkbox", name="Arsiparis").check()
    admin.get_by_role("button", name="Periksa dahulu").click()
    expect(admin.get_by_text("1 sesi berakhir")).to_be_in_viewport()
    admin.get_by_role("button", name="Simpan perubahan").click()
    expect(admin.get_by_text("Perubahan berlaku")).to_be_visible()
    page.goto(site.address)
    expect(page.get_by_role("button", name="Masuk")).to_be_visible()


def test_a_week_of_the_roster_is_entered_and_copied_on_a_phone(
    signed_in: Opener, site: RunningSite
) -> None:
    lead = signed_in("kaspkt", viewport=PHONE)
    open_by_menu(lead, "Jadwal piket")
    week = (datetime.now(WITA).date() + FAR).isoformat()
    lead.goto(f"{site.address}/pengaturan/piket?minggu={week}")
    section = lead.locator("section", has=lead.get_by_role("heading", name="Piket Samapta"))
    expect(section.get_by_text("Kosong")).to_be_visible()
    section.get_by_role("link", name="Tambah").first.click()
    lead.get_by_role("checkbox", name="Contoh Piket Samapta").check()
    lead.get_by_role("button", name="Periksa dahulu").click()
    expect(lead.locator("#akibat").get_by_text("Contoh Piket Samapta")).to_be_in_viewport()
    assert fits(lead)
    lead.get_by_role("button", name="Simpan jadwal").click()
    expect(section.get_by_text("Contoh Piket Samapta")).to_be_visible()
    lead.get_by_role("link", name="Minggu berikutnya").click()
    lead.get_by_role("button", name="Salin dari minggu sebelumnya").click()
    expect(lead.get_by_text("Yang akan disalin")).to_be_visible()
    assert fits(lead)
    lead.get_by_role("button", name="Salin 1 masa piket").click()
    expect(lead.get_by_text("1 masa piket disalin")).to_be_visible()
    expect(section.get_by_text("Contoh Piket Samapta")).to_be_visible()
    assert fits(lead)


def test_a_year_of_holidays_gets_a_day_of_the_office_and_is_confirmed(signed_in: Opener) -> None:
    chief = signed_in("kaspkt", viewport=PHONE)
    open_by_menu(chief, "Hari libur")
    year = datetime.now(WITA).year + 1
    section = chief.locator("section", has=chief.get_by_role("heading", name="Kalender hari kerja"))
    section.get_by_role("link", name=f"Lihat {year}").click()
    chief.get_by_label("Tanggal", exact=True).fill(f"01-07-{year}")
    chief.get_by_label("Sebab").fill("Contoh: hari jadi kantor")
    chief.get_by_role("button", name="Periksa dahulu").click()
    expect(chief.get_by_role("heading", name="Yang akan terjadi")).to_be_visible()
    assert fits(chief)
    chief.get_by_role("button", name="Simpan").click()
    expect(chief.get_by_text("Contoh: hari jadi kantor")).to_be_visible()
    chief.get_by_role("button", name=f"Pastikan hari libur {year}").click()
    chief.get_by_role("button", name="Simpan").click()
    expect(chief.get_by_text("Sudah dipastikan")).to_be_visible()


def test_a_deputy_is_entered_works_and_is_relieved(signed_in: Opener) -> None:
    officer, deputy = signed_in("petugas"), signed_in("petugas2", viewport=PHONE)
    open_by_menu(officer, "Penggantian")
    officer.get_by_label("Yang tidak bertugas").select_option(label="Bripda Contoh Petugas Satu")
    officer.get_by_label("Pengganti", exact=True).select_option(label="Briptu Contoh Petugas Dua")
    for label in ("Mulai tanggal", "Sampai dan termasuk tanggal"):
        officer.get_by_label(label).fill(f"{datetime.now(WITA):%d-%m-%Y}")
    officer.get_by_role("button", name="Periksa dahulu").click()
    expect(
        officer.get_by_text("Contoh Petugas Dua menggantikan Contoh Petugas Satu")
    ).to_be_in_viewport()
    officer.get_by_role("button", name="Catat penggantian").click()

    deputy.reload()
    expect(deputy.get_by_text("Anda menggantikan Contoh Petugas Satu")).to_be_visible()
    deputy.get_by_role("row").filter(has_text="Anda menggantikannya").first.get_by_role(
        "link"
    ).click()
    expect(deputy.get_by_text("sebagai pengganti Contoh Petugas Satu")).to_be_visible()
    assert fits(deputy)

    officer.get_by_role("button", name="Akhiri sekarang penggantian Contoh Petugas Satu").click()
    expect(officer.get_by_text("Belum ada yang disimpan")).to_be_visible()
    officer.get_by_role("button", name="Akhiri sekarang").click()
    expect(officer.get_by_text("Penggantian berakhir")).to_be_visible()
    deputy.reload()
    expect(deputy.get_by_text("sedang dikerjakan Contoh Petugas Satu")).to_be_visible()
