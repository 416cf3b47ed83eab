"""A notice that comes too late is explained with its source, moved, receipted without a name, and
issued by Sat Intelkam.
"""

import re
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.counter import Citizen
from tests.e2e.site import RunningSite
from tests.e2e.test_journey import letter_on, words_of
from tests.e2e.test_phone import PHONE, check_fits
from tests.e2e.test_referral import escort, take, tell
from workflow_app.domain import WITA

SERVICE = "Surat Tanda Terima Pemberitahuan (STTP)"
PURPOSE = "Menyampaikan pendapat tentang jalan di Contohan."


def test_r13_r67_r70_a_notice_from_the_counter_to_the_letter_of_sat_intelkam(
    site: RunningSite, signed_in: Opener, browsing: Opener
) -> None:
    citizen = Citizen()
    desk = signed_in("petugas")
    number = counter.start_case(desk, site.address, SERVICE)
    receive(desk, "Penanggung jawab kegiatan")
    counter.identify(desk, citizen, "Yang diberitahukan", faith="")
    choose(desk)
    describe(desk, timedelta(hours=30))

    summary = desk.locator(".summary")
    expect(summary).to_contain_text("paling lambat 3 x 24 jam sebelum kegiatan dimulai")
    expect(summary).to_contain_text("Sumber: penjelasan Polri")
    expect(summary).to_contain_text("Tenggat tidak terpenuhi. Pemberitahuan tetap diterima")
    desk.get_by_label("Tenggat dan sumbernya sudah dijelaskan").check()
    desk.get_by_label("Waktu atau isinya diubah dahulu").check()
    counter.submit(desk)
    counter.expect_task(desk, "Yang diberitahukan")
    expect(desk.get_by_label("Penyampaian pendapat di muka umum")).to_be_checked()
    counter.submit(desk)
    counter.expect_task(desk, "Isi pemberitahuan")
    expect(desk.get_by_label("Maksud dan tujuan")).to_have_value(PURPOSE)
    describe(desk, timedelta(days=9))
    expect(summary).to_contain_text("Tenggat terpenuhi.")
    desk.get_by_label("Tenggat dan sumbernya sudah dijelaskan").check()
    counter.submit(desk)

    code, receipt = take_home(desk, citizen)
    give_receipt(desk)
    escort(desk, "Ruang Sat Intelkam")
    tell(desk)

    intelkam = signed_in("intelkam", **PHONE)
    take(intelkam, site.address, number)
    check_fits(intelkam)
    accept(intelkam)
    counter.expect_task(intelkam, "Periksa dan putuskan")
    expect(intelkam.locator(".summary")).to_contain_text(PURPOSE)
    expect(intelkam.locator(".summary")).to_contain_text("Tenggat terpenuhi.")
    assert [word for word in citizen.secrets() if word in counter.html_of(intelkam)] == []
    check_fits(intelkam)
    issue(intelkam, "Terbitkan STTP", "Serahkan STTP")
    letter = words_of(letter_on(intelkam, "Surat Tanda Terima Pemberitahuan"))
    for words in (
        "SURAT TANDA TERIMA PEMBERITAHUAN",
        citizen.name,
        PURPOSE,
        receipt,
        "KASAT INTELKAM",
    ):
        assert words in letter
    hand_over(intelkam)

    phone = browsing(**PHONE, java_script_enabled=False)
    phone.goto(f"{site.address}/lacak")
    phone.get_by_label("Nomor pada tanda terima").fill(receipt)
    phone.get_by_label("Kode rahasia").fill(code)
    phone.get_by_role("button", name="Lihat").click()
    expect(phone.locator("main")).to_contain_text(re.compile("sudah diserahkan|sedang diperiksa"))
    told = counter.html_of(phone)
    assert [word for word in (*citizen.secrets(), PURPOSE) if word in told] == []

    counter.open_case(desk, site.address, number)
    expect(desk.locator("main")).to_contain_text("Selesai", timeout=counter.WORKER_PATIENCE)


def receive(page: Page, then: str) -> None:
    """Greet who wants another letter (IV.5.a to c)."""
    page.get_by_label("Menyapa dengan ramah").check()
    page.get_by_label("Saya sudah memperkenalkan nama").check()
    counter.submit(page)
    counter.expect_task(page, then)


def choose(page: Page) -> None:
    """A new notice of a rally."""
    page.get_by_label("Penyampaian pendapat di muka umum").check()
    counter.submit(page)
    counter.expect_task(page, "Isi pemberitahuan")


def describe(page: Page, ahead: timedelta) -> None:
    """The facts of the notice; the event begins so far ahead."""
    begins = datetime.now(WITA) + ahead
    page.get_by_label("Maksud dan tujuan").fill(PURPOSE)
    page.get_by_label("Bentuk kegiatan").fill("Rapat umum")
    page.get_by_label("Perkiraan jumlah peserta").fill("150")
    page.get_by_label("Tempat dan rute").fill("Lapangan Contoh")
    page.get_by_label("Alat peraga").fill("Spanduk")
    page.get_by_label("Nama organisasi atau kelompok").fill("Paguyuban Contoh")
    tell_times(page, begins, begins - timedelta(hours=2))
    end = counter.question(page, "kegiatan_selesai")
    expect(end.locator(".error")).to_contain_text("Waktu selesai harus sesudah waktu mulai")
    expect(end.locator("input")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Nama organisasi atau kelompok")).to_have_value("Paguyuban Contoh")
    tell_times(page, begins, begins + timedelta(hours=2))
    counter.expect_task(page, "Jelaskan tenggat")


def tell_times(page: Page, begins: datetime, ends: datetime) -> None:
    """The event lasts from then to then; the form is sent."""
    for name, at in (("kegiatan_mulai", begins), ("kegiatan_selesai", ends)):
        counter.question(page, name).locator("input").fill(f"{at:%Y-%m-%dT%H:%M}")
    counter.submit(page)


def take_home(page: Page, citizen: Citizen) -> tuple[str, str]:
    """The receipt and the sheet with the secret code; returns the code and the number up to its
    year.
    """
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Serahkan bukti penerimaan", timeout=counter.WORKER_PATIENCE
    )
    receipt = words_of(letter_on(page))
    assert "BUKTI PENERIMAAN" in receipt
    assert [word for word in citizen.secrets() if word in receipt] == [], "the receipt names nobody"
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Cetak kode rahasia").click()
    sheet = opened.value
    number = "/".join(sheet.locator(".code-slip .number").inner_text().split("/")[:4])
    code = sheet.locator(".secret-code").inner_text()
    sheet.close()
    assert re.fullmatch(r"BP-S[A-Z]+/\d+/[IVX]+/\d{4}", number)
    return code, number


def give_receipt(page: Page) -> None:
    """Hand it over and explain it."""
    page.get_by_label("Cetakan").check()
    page.get_by_label("Warga tahu bahwa bukti ini bukan").check()
    page.get_by_label("Cara melihat perkembangan").check()
    counter.submit(page)
    counter.expect_task(page, "Pastikan tujuan dan cara")


def accept(page: Page) -> None:
    """The function takes the case over and goes on to examine it."""
    page.get_by_label("Terima", exact=True).check()
    page.get_by_label("Petugas yang menangani").fill("Contoh Piket Intelkam")
    counter.submit(page)


def issue(page: Page, choice: str, then: str) -> None:
    """Decide to issue; the number comes and the letter is made."""
    page.get_by_label(choice).check()
    counter.submit(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(then, timeout=counter.WORKER_PATIENCE)


def hand_over(page: Page) -> None:
    """The citizen reads the letter, finds it right and takes it."""
    page.get_by_label("Warga sudah membaca surat ini").check()
    page.get_by_label("Sudah benar").check()
    page.get_by_label("Warga tahu bahwa").check()
    page.get_by_label("Warga sudah diberi tahu bahwa pelayanan ini di SPKT tanpa biaya").check()
    counter.question(page, "diminta_bayar").get_by_label("Tidak").check()
    counter.submit(page)
    expect(page).to_have_url(counter.CASE)
