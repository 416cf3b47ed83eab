"""What was read on a paper is offered beside the questions, and taken by one press; nothing fills
itself in.
"""

import io
from random import Random

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Locator, Page, expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.e2e.test_digitisation import press_to, send, type_into
from workflow_app.tools.load import corpus

LETTER = (
    "KEPOLISIAN RESOR CONTOH\n\nNomor : B/417/III/2024/Reskrim\nPerihal : Undangan rapat "
    "gudang lama\n\n"
    "Dengan hormat kami mengundang Saudara.\n\nContoh, 14 Maret 2024"
)


def photo_of_card() -> tuple[bytes, dict[str, str]]:
    """An invented card on a desk as a telephone sees it, and what stands on it."""
    random = Random(5)
    card = corpus.card(random)
    picture = io.BytesIO()
    corpus.photo(card.image, random).save(picture, "JPEG", quality=90)
    printed = dict(line.split(" : ", 1) for line in card.text.splitlines() if " : " in line)
    return picture.getvalue(), printed


def letter() -> bytes:
    sheet = Image.new("L", (1654, 1200), 255)
    font = ImageFont.truetype("DejaVuSans.ttf", 40)
    ImageDraw.Draw(sheet).multiline_text((140, 100), LETTER, fill=20, font=font, spacing=36)
    picture = io.BytesIO()
    sheet.save(picture, "PNG", dpi=(200, 200))
    return picture.getvalue()


def offer(page: Page, field: str) -> Locator:
    return counter.question(page, field).locator(".offer")


def reload_until_offered(page: Page, field: str) -> None:
    for _ in range(60):
        if offer(page, field).count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError("nothing was read")


def test_nik_and_name_of_a_photographed_card_are_taken_by_one_press_each(
    site: RunningSite, signed_in: Opener
) -> None:
    desk = signed_in("petugas")
    counter.start_case(desk, site.address)
    picture, printed = photo_of_card()
    desk.locator('input[type="file"]').first.set_input_files(
        {"name": "kartu.jpg", "mimeType": "image/jpeg", "buffer": picture}
    )
    expect(desk.locator("[data-paper]")).to_have_count(1)
    counter.receive(desk)
    counter.expect_task(desk, "Identitas pelapor")
    reload_until_offered(desk, "nik")

    expect(desk.get_by_label("NIK", exact=True)).to_have_value("")
    expect(offer(desk, "nik")).to_contain_text(printed["NIK"])
    expect(offer(desk, "nik")).to_contain_text("Foto KTP atau KK, yakin")
    expect(offer(desk, "nik").locator(".doubt")).to_contain_text("tidak dikenal")
    desk.get_by_label("Pekerjaan").fill("Penenun contoh")
    for field, label, value in (
        ("nik", "NIK", printed["NIK"]),
        ("nama", "Nama lengkap", printed["Nama"]),
    ):
        offer(desk, field).get_by_role("button", name="Pakai").click()
        expect(desk.get_by_label(label, exact=True)).to_have_value(value)
        expect(offer(desk, field)).to_contain_text("Sama dengan yang terbaca")
    expect(desk.get_by_label("Pekerjaan")).to_have_value("Penenun contoh")
    assert printed["NIK"] not in desk.url

    with desk.context.expect_page() as opened:
        offer(desk, "nik").get_by_role("link", name="Lihat tempatnya").click()
    paper = opened.value
    expect(paper.locator(".sheet-marks rect").first).to_be_attached()
    expect(paper.get_by_text(printed["NIK"])).to_be_visible()


def test_r54_what_is_read_on_a_letter_appears_at_its_line_of_the_open_checklist(
    site: RunningSite, signed_in: Opener
) -> None:
    desk = signed_in("petugas")
    counter.start_case(desk, site.address)
    counter.receive(desk)
    counter.identify(desk, counter.Citizen())
    counter.say_lost(desk)
    counter.describe(desk, "KTP")
    row = counter.hand_in(desk, "Pengantar dari Kepala Desa")
    row.locator('input[type="file"]:not([capture])').set_input_files(
        {"name": "pengantar.png", "mimeType": "image/png", "buffer": letter()}
    )
    expect(row.locator("[data-paper-state]")).to_have_text(
        "Terbaca", timeout=counter.WORKER_PATIENCE
    )
    number = row.locator(".offer").filter(has_text="Nomor terbaca")
    expect(number).to_contain_text("B/417/III/2024/Reskrim", timeout=counter.WORKER_PATIENCE)
    expect(row.get_by_label("Nomor", exact=True)).to_have_value("")
    number.get_by_role("button", name="Pakai").click()
    row = counter.requirement(desk, "Pengantar dari Kepala Desa")
    expect(row.get_by_label("Nomor", exact=True)).to_have_value("B/417/III/2024/Reskrim")
    expect(row.locator("[data-given]")).to_be_checked()
    row.locator(".offer").filter(has_text="Tanggal terbaca").get_by_role(
        "button", name="Pakai"
    ).click()
    expect(
        counter.requirement(desk, "Pengantar").get_by_label("Tanggal", exact=True)
    ).to_have_value("14-03-2024")


def test_the_index_of_an_old_letter_is_taken_with_the_keyboard(
    site: RunningSite, signed_in: Opener
) -> None:
    desk = signed_in("arsip")
    desk.goto(f"{site.address}/mulai")
    counter.start_service(desk, "Alih media arsip")
    counter.expect_task(desk, "Daftarkan hardcopy")
    type_into(desk, "Isi hardcopy", "Surat masuk bulan Maret")
    type_into(desk, "Dari tahun", "2024")
    type_into(desk, "Jumlah lembar", "1")
    type_into(desk, "Tempat hardcopy sekarang", "Gudang arsip, lemari 2")
    send(desk, "Pindai")
    desk.locator('input[type="file"]').first.set_input_files(
        {"name": "surat.png", "mimeType": "image/png", "buffer": letter()}
    )
    expect(desk.locator("[data-paper]")).to_have_count(1)
    type_into(desk, "Lembar yang dipindai", "1")
    send(desk, "Periksa mutu")
    desk.get_by_label("Baik, lanjut ke indeks").check()
    for checked in ("Jumlah lembar sama", "Urutan benar", "Semua tulisan", "Tidak ada tepi"):
        desk.get_by_label(checked).check()
    send(desk, "Beri indeks")
    reload_until_offered(desk, "nomor_dokumen")

    for field, label, value in (
        ("nomor_dokumen", "Nomor dokumen", "B/417/III/2024/Reskrim"),
        ("tanggal_dokumen", "Tanggal dokumen", "14-03-2024"),
        ("kata_kunci", "Pokok dokumen", "Undangan rapat gudang lama"),
    ):
        press_to(desk, label)
        desk.keyboard.press("Tab")
        expect(offer(desk, field).get_by_role("button", name="Pakai")).to_be_focused()
        desk.keyboard.press("Enter")
        expect(desk.get_by_label(label)).to_have_value(value)
