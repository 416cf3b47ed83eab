"""A foreigner reports himself with a paper lacking: nobody sends him away, Sat Intelkam returns it
once and then issues the letter.
"""

from playwright.sync_api import Page, expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.counter import Citizen
from tests.e2e.site import RunningSite
from tests.e2e.test_journey import letter_on, words_of
from tests.e2e.test_notice import accept, give_receipt, hand_over, issue, receive, take_home
from tests.e2e.test_phone import PHONE, check_fits
from tests.e2e.test_referral import escort, take, tell

SERVICE = "Surat Keterangan Lapor Diri (SKLD)"
PASSPORT = "X9177342"


def test_r11_r13_r70_a_self_report_from_the_counter_to_the_letter_of_sat_intelkam(
    site: RunningSite, signed_in: Opener
) -> None:
    foreigner = Citizen()
    desk = signed_in("petugas2")
    number = counter.start_case(desk, site.address, SERVICE)
    receive(desk, "Identitas orang asing")
    identify(desk, foreigner)
    report(desk)
    counter.expect_task(desk, "Periksa persyaratan")
    expect(desk.locator("[data-requirement]")).to_have_count(5)
    counter.hand_in(desk, "Paspor")
    counter.hand_in(desk, "KITAS atau ITAS")
    desk.get_by_label("Teruskan; fungsi yang menerbitkan menilainya").check()
    counter.submit(desk)
    _, receipt = take_home(desk, foreigner)
    give_receipt(desk)
    escort(desk, "Ruang Sat Intelkam")
    tell(desk)

    intelkam = signed_in("intelkam", **PHONE)
    take(intelkam, site.address, number)
    accept(intelkam)
    counter.expect_task(intelkam, "Periksa dan putuskan")
    expect(intelkam.locator(".summary")).to_contain_text("2 persyaratan diserahkan")
    check_fits(intelkam)
    html = counter.html_of(intelkam)
    assert [word for word in (*foreigner.secrets(), PASSPORT) if word in html] == []
    intelkam.get_by_label("Kembalikan kepada SPKT dengan alasan").check()
    intelkam.get_by_label("Izin tinggal, penjamin, atau persyaratan").check()
    intelkam.get_by_role("textbox", name="Alasan").fill("Surat penjamin diperlukan.")
    counter.submit(intelkam)

    counter.open_case(desk, site.address, number)
    desk.get_by_role("link", name="Catat lapor diri").first.click()
    counter.expect_task(desk, "Lapor diri")
    expect(desk.locator(".notice").filter(has_text="Surat penjamin diperlukan.")).to_be_visible()
    counter.submit(desk)
    counter.expect_task(desk, "Periksa persyaratan")
    for line in ("Izin kerja", "Surat penjamin", "Pasfoto"):
        counter.hand_in(desk, line)
    counter.submit(desk)
    counter.expect_task(desk, "Pastikan tujuan dan cara")
    escort(desk, "Ruang Sat Intelkam")
    tell(desk)

    # It comes back to who examined it before.
    intelkam.goto(f"{site.address}/")
    row = intelkam.locator("[data-row]").filter(has_text=number)
    row.get_by_role("link", name="Terima rujukan").click()
    counter.expect_task(intelkam, "Terima rujukan")
    accept(intelkam)
    counter.expect_task(intelkam, "Periksa dan putuskan")
    issue(intelkam, "Terbitkan SKLD", "Serahkan SKLD")
    letter = words_of(letter_on(intelkam, "Surat Keterangan Lapor Diri"))
    for words in (
        "SURAT KETERANGAN LAPOR DIRI",
        foreigner.name,
        PASSPORT,
        "bukan izin tinggal",
        receipt,
    ):
        assert words in letter
    hand_over(intelkam)
    counter.open_case(desk, site.address, number)
    expect(desk.locator("main")).to_contain_text("Selesai", timeout=counter.WORKER_PATIENCE)


def identify(page: Page, foreigner: Citizen) -> None:
    """As the passport says."""
    page.get_by_label("Nama lengkap").fill(foreigner.name)
    page.get_by_label("Kewarganegaraan").fill("Negara Contoh")
    page.get_by_label("Nomor paspor").fill(PASSPORT)
    page.get_by_label("Tempat lahir").fill(foreigner.birth_place)
    page.get_by_label("Tanggal lahir").fill(foreigner.birth_date)
    page.get_by_label("Perempuan").check()
    page.get_by_label("Pekerjaan").fill(foreigner.job)
    page.get_by_label("Alamat tempat tinggal").fill(foreigner.address)
    page.get_by_label("Desa atau kelurahan").fill(foreigner.village)
    page.get_by_label("Kecamatan").fill(foreigner.district)
    counter.submit(page)
    counter.expect_task(page, "Lapor diri")


def report(page: Page) -> None:
    """With a permit to stay, work and a sponsor."""
    counter.question(page, "izin_tinggal").get_by_label("KITAS atau ITAS").check()
    page.get_by_label("Nomor KITAS atau ITAS").fill("2C00CONTOH")
    counter.question(page, "bekerja").get_by_label("Ya").check()
    counter.question(page, "penjamin").get_by_label("Ada", exact=True).check()
    page.get_by_label("Nama penjamin").fill("PT Contoh Sponsor")
    page.get_by_label("Alamat penjamin").fill("Jalan Contoh Nomor 4")
    counter.submit(page)
