"""A citizen who came to the wrong door: sent back once, escorted to the right one, and an errand
that leaves the house by letter.
"""

import re

from playwright.sync_api import Page, expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.counter import Citizen
from tests.e2e.site import RunningSite
from tests.e2e.test_journey import letter_on, words_of
from tests.e2e.test_phone import PHONE, check_fits

SERVICE = "Rujukan ke fungsi atau instansi lain"
NUMBER = re.compile(r"RUJUKAN/\S+")


def test_a_citizen_is_escorted_sent_back_and_escorted_again(
    site: RunningSite, signed_in: Opener
) -> None:
    citizen = Citizen()
    desk = signed_in("petugas")
    number = begin(desk, site.address, citizen)
    ask(
        desk,
        "Keterangan atau konsultasi tentang perkara",
        "Bertanya tentang surat kendaraan.",
        "Pidana umum",
    )
    escort(desk, "ruang piket Reskrim")
    tell(desk)

    reskrim = signed_in("reskrim", **PHONE)
    take(reskrim, site.address, number)
    expect(reskrim.locator(".summary")).to_contain_text("Bertanya tentang surat kendaraan.")
    check_fits(reskrim)
    assert [word for word in citizen.secrets() if word in counter.html_of(reskrim)] == []
    reskrim.get_by_label("Kembalikan, bukan tugas kami").check()
    reskrim.get_by_label("Alasan").fill("Surat kendaraan dilayani Samsat.")
    reskrim.get_by_label("Tujuan yang menurut Anda tepat").select_option(label="Sat Lantas")
    counter.submit(reskrim)

    counter.open_case(desk, site.address, number)
    desk.get_by_role("link", name="Tanyakan keperluan").first.click()
    counter.expect_task(desk, "Tanyakan keperluan")
    expect(
        desk.locator(".notice").filter(has_text="Surat kendaraan dilayani Samsat.")
    ).to_be_visible()
    ask(desk, "STNK dan surat kendaraan lain", "Membayar pajak kendaraan.")
    expect(desk.locator(".summary")).to_contain_text("Sat Lantas (Samsat)")
    expect(desk.locator(".summary")).to_contain_text("biaya resmi (PNBP)")
    escort(desk, "loket Samsat")
    check_slip(desk, number, citizen)
    tell(desk)

    lantas = signed_in("lantas")
    take(lantas, site.address, number)
    lantas.get_by_label("Terima", exact=True).check()
    lantas.get_by_label("Petugas yang menangani").fill("Contoh Petugas Samsat")
    counter.submit(lantas)
    expect(lantas).to_have_url(counter.CASE)

    desk.goto(f"{site.address}/")
    counter.open_case(desk, site.address, number)
    expect(desk.locator("main")).to_contain_text(
        "dirujuk dan diterima", timeout=counter.WORKER_PATIENCE
    )


def test_an_errand_for_another_agency_goes_out_by_letter(
    site: RunningSite, signed_in: Opener
) -> None:
    citizen = Citizen()
    desk = signed_in("petugas")
    number = begin(desk, site.address, citizen)
    desk.get_by_label("Yang dibutuhkan warga").select_option(label="Urusan instansi di luar Polri")
    desk.get_by_label("Keterangan singkat").fill("Nama pada kartu keluarga salah eja.")
    counter.submit(desk)
    counter.expect_task(desk, "Siapkan surat pengantar")
    desk.get_by_label("Ditujukan kepada").fill("Kepala Dinas Contoh")
    desk.get_by_label("Di mana").fill("Kandangan")
    desk.get_by_label("Perihal").fill("Permintaan perbaikan data")
    desk.get_by_label("Isi pokok").fill("Warga meminta perbaikan ejaan nama.")
    desk.get_by_label("Berkas yang disertakan").fill("Fotokopi kartu keluarga, 1 lembar")
    counter.submit(desk)
    expect(desk).to_have_url(counter.CASE)

    lead = signed_in("pamapta")
    take(lead, site.address, number, "Periksa dan setujui surat")
    expect(lead.locator(".summary")).to_contain_text("Warga meminta perbaikan ejaan nama.")
    lead.get_by_label("Setujui dan terbitkan nomor").check()
    counter.submit(lead)
    # Who opens the case while it is at work is taken on to the next step when that is done.
    expect(lead.locator("[data-wait]")).to_have_count(0, timeout=counter.WORKER_PATIENCE)

    counter.open_case(desk, site.address, number)
    letter = words_of(letter_on(desk))
    assert NUMBER.search(desk.locator(".letter").inner_text())
    assert "Kepala Dinas Contoh" in letter
    assert [word for word in citizen.secrets() if word in letter] == [], (
        "the citizen was not to be named"
    )
    desk.get_by_role("link", name="Kirim surat dan berkas").first.click()
    counter.expect_task(desk, "Kirim surat dan berkas")
    desk.get_by_label("Benar dan sudah dikirim").check()
    desk.get_by_label("Cara mengirim").select_option(label="melalui kurir")
    counter.submit(desk)
    tell(desk)

    counter.take(desk, "Catat tanda terima")
    desk.get_by_label("Sudah menerima").check()
    desk.get_by_label("Diterima oleh").fill("Bagian umum")
    desk.get_by_label("Tanda terima bertanda tangan").check()
    counter.submit(desk)
    expect(desk).to_have_url(counter.CASE)


def test_a_stolen_thing_ends_with_the_function_that_accepted_it_and_not_with_a_word(
    site: RunningSite, signed_in: Opener
) -> None:
    """From the desk of lost papers, R17, R27, R71: sent back once, so it is asked about again."""
    citizen = Citizen()
    desk = signed_in("petugas")
    number = counter.start_case(desk, site.address)
    counter.receive(desk)
    counter.identify(desk, citizen)
    say_stolen(desk, "Piket Sat Lantas")
    expect(desk.locator(".summary")).to_contain_text("Sat Lantas (penyidik)")
    desk.get_by_label("Tujuannya keliru, ubah tujuan").check()
    counter.submit(desk)
    counter.expect_task(desk, "Hilang atau dicuri")
    say_stolen(desk, "Piket Sat Reskrim")
    expect(desk.locator(".summary")).to_contain_text("Rp0")
    escort(desk, "ruang piket Reskrim")
    tell(desk)
    expect(desk.locator("main")).not_to_contain_text("dirujuk dan diterima")

    reskrim = signed_in("reskrim", **PHONE)
    take(reskrim, site.address, number)
    told = reskrim.locator(".notice").filter(has_text="Motor diambil dari halaman tadi malam.")
    expect(told).to_be_visible()
    check_fits(reskrim)
    assert [word for word in citizen.secrets() if word in counter.html_of(reskrim)] == []
    reskrim.get_by_label("Terima", exact=True).check()
    reskrim.get_by_label("Petugas yang menangani").fill("Contoh Petugas Piket")
    counter.submit(reskrim)
    expect(reskrim).to_have_url(counter.CASE)

    desk.goto(f"{site.address}/")
    counter.open_case(desk, site.address, number)
    expect(desk.locator("main")).to_contain_text(
        "dirujuk dan diterima", timeout=counter.WORKER_PATIENCE
    )


def say_stolen(page: Page, place: str) -> None:
    """Stolen, and who should have it."""
    page.get_by_label("Dicuri atau diambil orang lain").check()
    page.get_by_label(place).check()
    page.get_by_label("Keterangan singkat untuk penerima").fill(
        "Motor diambil dari halaman tadi malam."
    )
    counter.submit(page)
    counter.expect_task(page, "Pastikan tujuan dan cara")


def begin(page: Page, address: str, citizen: Citizen) -> str:
    """Receive somebody who asks for what SPKT does not do; returns the case number."""
    number = counter.start_case(page, address, SERVICE)
    page.get_by_label("Saya sudah memperkenalkan nama").check()
    counter.submit(page)
    counter.expect_task(page, "Catat identitas warga")
    page.get_by_label("Nama lengkap").fill(citizen.name)
    page.get_by_label("Nomor telepon").fill(citizen.phone)
    counter.submit(page)
    counter.expect_task(page, "Tanyakan keperluan")
    return number


def ask(page: Page, service: str, words: str, matter: str = "") -> None:
    """What the citizen needs; the table says where to."""
    page.get_by_label("Yang dibutuhkan warga").select_option(label=service)
    if matter:
        page.get_by_label(matter).check()
    page.get_by_label("Keterangan singkat").fill(words)
    counter.submit(page)
    counter.expect_task(page, "Pastikan tujuan dan cara")


def escort(page: Page, place: str) -> None:
    """Walk there with the citizen."""
    page.get_by_label("Diantar ke fungsi itu").check()
    counter.submit(page)
    counter.expect_task(page, "Antar warga")
    page.get_by_label("Diantar oleh").fill("Contoh Petugas Satu")
    page.get_by_label("Tempat serah terima").fill(place)
    counter.submit(page)
    counter.expect_task(page, "Beri tahu warga")


def tell(page: Page) -> None:
    """Say where the matter is now; without it nothing goes on."""
    page.get_by_label("Cara memberi tahu").select_option(label="langsung, secara lisan")
    page.get_by_label("Yang disampaikan").fill(
        "Tujuan, petugas, dan langkah berikutnya sudah dijelaskan."
    )
    page.get_by_label("Sudah diberikan").check()
    page.get_by_label("Keterangan biaya di atas sudah disampaikan").check()
    counter.submit(page)
    expect(page).to_have_url(counter.CASE)


def take(page: Page, address: str, number: str, title: str = "Terima rujukan") -> None:
    """Find it in the queue of the own role and take it."""
    page.goto(f"{address}/")
    page.get_by_role("link", name=re.compile("Antrean peran saya")).click()
    page.locator("[data-row]").filter(has_text=number).get_by_role(
        "button", name="Ambil tugas"
    ).click()
    counter.expect_task(page, title)


def check_slip(page: Page, number: str, citizen: Citizen) -> None:
    """What the citizen takes home: where to, who, when, the number; of this round, and nothing
    personal.
    """
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Cetak lembar rujukan").click()
    slip = opened.value
    expect(slip.get_by_role("heading", level=1)).to_have_text("Lembar rujukan")
    for words in (
        number,
        "Sat Lantas (Samsat)",
        "loket Samsat",
        "Contoh Petugas Satu",
        "biaya resmi (PNBP)",
    ):
        expect(slip.locator(".slip")).to_contain_text(words)
    expect(slip.locator(".slip")).not_to_contain_text("Reskrim")
    expect(slip.locator(".slip")).not_to_contain_text(re.compile("gratis|Rp0"))
    assert [word for word in citizen.secrets() if word in counter.html_of(slip)] == []
    slip.close()
