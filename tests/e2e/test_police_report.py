"""A police report from arrival to its first follow-up, as reporter's officer, piket Reskrim and
Pamapta live it.
"""

from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.e2e import counter, test_referral
from tests.e2e.conftest import Opener
from tests.e2e.counter import Citizen, question
from tests.e2e.site import RunningSite
from tests.e2e.test_journey import words_of

SERVICE = "Laporan Polisi"
STORY = "Sepeda motor diambil sepulang dari rumah keluarga Wirautama."


def test_a_reporter_walks_out_with_a_receipt_and_the_function_follows_up(
    site: RunningSite, signed_in: Opener
) -> None:
    """Two letters in one step, both signatures, the receiving function's own inbox; the case page
    masks the person.
    """
    citizen = Citizen()
    desk = signed_in("petugas")
    number = counter.start_case(desk, site.address, SERVICE, "Terima pelapor")
    receive(desk)
    counter.identify(desk, citizen, "Pokok laporan")
    tell(desk)

    examiner = signed_in("reskrim")
    counter.take_approval(examiner, site.address, number, "Kajian awal")
    question(examiner, "kajian").get_by_label("Layak dibuatkan Laporan Polisi").check()
    examiner.get_by_label("Dugaan tindak pidana").fill("Pencurian kendaraan bermotor")
    counter.submit(examiner)

    lead = signed_in("pamapta")
    counter.take_approval(lead, site.address, number, "Putuskan kelayakan laporan")
    expect(lead.locator(".summary")).to_contain_text("Kajian awal: Layak dibuatkan Laporan Polisi.")
    lead.get_by_label("Terima dan buatkan Laporan Polisi").check()
    counter.submit(lead)
    expect(lead).to_have_url(counter.CASE)

    counter.open_case(desk, site.address, number)
    desk.get_by_role("link", name="Bacakan kembali laporan").first.click()
    desk.get_by_label("Laporan sudah dibaca pelapor").check()
    desk.get_by_label("Sudah benar").check()
    counter.submit(desk)
    sign(desk, site, number)
    hand_over(desk)
    assert [word for word in citizen.secrets() if word in counter.html_of(desk)] == []
    check_letters(desk, citizen)

    accept(examiner, site, number, citizen)
    follow_up(examiner)
    expect(examiner.get_by_text("Laporan diterima dan ditindaklanjuti").first).to_be_visible(
        timeout=counter.WORKER_PATIENCE
    )


def receive(page: Page) -> None:
    page.get_by_label("Menyapa dengan ramah").check()
    page.get_by_label("Saya sudah memperkenalkan nama").check()
    counter.submit(page)
    counter.expect_task(page, "Identitas pelapor")


def tell(page: Page) -> None:
    """What happened, with the derived steps, and whether it was reported before."""
    page.get_by_label("Jenis perkara").select_option(label="Pencurian kendaraan bermotor")
    page.get_by_label("Tanggal kejadian").fill(f"{date.today() - timedelta(days=1):%d-%m-%Y}")
    page.get_by_label("Kecamatan kejadian").select_option(label="Kandangan")
    page.get_by_label("Tempat kejadian").fill("halaman rumah pelapor")
    page.get_by_label("Apa yang terjadi").fill(STORY)
    counter.submit(page)
    counter.expect_task(page, "Kronologi")
    page.get_by_label("Urutan kejadian").fill("Motor diletakkan di halaman, lalu tidak ada lagi.")
    page.get_by_label("Tidak luka").check()
    counter.submit(page)
    counter.expect_task(page, "Bukti dan saksi")
    counter.submit(page)
    counter.expect_task(page, "Pernah dilaporkan?")
    expect(page.locator("[data-similar]")).to_be_visible()
    page.get_by_label("Belum pernah").check()
    counter.submit(page)
    expect(page).to_have_url(counter.CASE)


def sign(page: Page, site: RunningSite, number: str) -> None:
    """Reporter and officer sign both letters, once the worker has printed them."""
    title = "Pelapor dan petugas bertanda tangan"
    heading = page.get_by_role("heading", level=1, name=title)
    link = page.get_by_role("link", name=title)
    expect(link.or_(heading).first).to_be_visible(timeout=counter.WORKER_PATIENCE)
    if link.is_visible():
        link.click()
    counter.expect_task(page, title)
    page.get_by_label("Pelapor sudah membaca LP dan STTLP").check()
    page.get_by_label("Sudah benar").check()
    page.get_by_label("Di layar").check()
    counter.draw_signature(page)
    counter.draw_signature(page, "tanda_tangan_petugas")
    counter.submit(page)
    expect(page.get_by_role("heading", level=1, name="Serahkan STTLP")).to_be_visible(
        timeout=counter.WORKER_PATIENCE
    )


def hand_over(page: Page) -> None:
    """The receipt is given, no money was asked, the reporter is taken to the function that the kind
    of the matter names.
    """
    page.get_by_label("Pelapor sudah diberi tahu jangka 14 hari").check()
    page.get_by_label("Pelapor sudah diberi tahu bahwa pelayanan ini").check()
    question(page, "diminta_bayar").get_by_label("Tidak").check()
    counter.submit(page)
    counter.expect_task(page, "Pastikan tujuan dan cara")
    expect(page.locator(".summary")).to_contain_text("Tujuan: Sat Reskrim (penyidik).")
    test_referral.escort(page, "ruang piket Reskrim")
    test_referral.tell(page)


def check_letters(page: Page, citizen: Citizen) -> None:
    """Both letters lie in the case, and each names the report."""
    links = page.get_by_role("link", name="Buka surat (PDF)")
    expect(links).to_have_count(2)
    for link in links.all():
        answer = page.request.get(link.evaluate("link => link.href"))
        assert answer.ok
        text = words_of(answer.body())
        assert "LP/B/" in text
        assert citizen.name in text
        assert "tanpa dipungut biaya (Rp0)" in text


def accept(page: Page, site: RunningSite, number: str, citizen: Citizen) -> None:
    """The function that reviewed the report accepts the reporter and examines him."""
    counter.open_case(page, site.address, number)
    page.get_by_role("link", name="Terima rujukan").first.click()
    counter.expect_task(page, "Terima rujukan")
    expect(page.locator(".summary")).to_contain_text("ruang piket Reskrim")
    assert [word for word in citizen.secrets() if word in counter.html_of(page)] == []
    page.get_by_label("Terima", exact=True).check()
    page.get_by_label("Petugas yang menangani").fill("Aipda Contoh")
    counter.submit(page)
    counter.expect_task(page, "Periksa pelapor")
    expect(page.locator(".summary")).to_contain_text("Pencurian kendaraan bermotor")
    page.get_by_label("Penyidik yang menangani").fill("Aipda Contoh")
    page.get_by_label("Segera, sekarang").check()
    counter.submit(page)
    counter.expect_task(page, "Catat tindak lanjut")


def follow_up(page: Page) -> None:
    """The function notes its first follow-up, and the case ends."""
    page.get_by_label("Penyelidikan dimulai").check()
    page.get_by_label("Langsung").check()
    page.get_by_label("Pelapor sudah diberi tahu").check()
    counter.submit(page)
    expect(page).to_have_url(counter.CASE)
