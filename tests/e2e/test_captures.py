"""A phone as the scanner of the desk: two browsers, one at the counter, one in the hand of a phone
(R39, decision 0038).
"""

import io
import re
from typing import Any

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.e2e import counter, scan
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.e2e.test_phone import PHONE, check_fits
from workflow_app.tools.embedded.server_processes import wait_until

DESK = {"width": 1280, "height": 800}
BUTTON = "Ambil dengan ponsel"


def at_scanning(page: Page, site: RunningSite) -> Locator:
    """The archivist is to scan an old letter; the question for what comes out of it."""
    page.goto(f"{site.address}/mulai")
    counter.start_service(page, "Alih media arsip")
    counter.expect_task(page, "Daftarkan hardcopy")
    page.get_by_label("Isi hardcopy").fill("Surat masuk bulan April")
    page.get_by_label("Dari tahun").fill("2018")
    page.get_by_label("Jumlah lembar").fill("3")
    page.get_by_label("Tempat hardcopy sekarang").fill("Gudang arsip, lemari 3")
    counter.submit(page)
    counter.expect_task(page, "Pindai")
    return counter.question(page, "hasil_pindai")


def link_of(question: Locator) -> str:
    """What a camera reads from the code on the screen: it looks again until it has it."""
    picture = question.get_by_role("img", name="Kode QR untuk ponsel")
    expect(picture).to_be_visible()
    read: list[str] = []

    def is_read() -> bool:
        picture.evaluate(
            "picture => picture.scrollIntoView({ block: 'center', behavior: 'instant' })"
        )
        screenshot = Image.open(io.BytesIO(picture.screenshot()))
        read[:] = [code.text for code in zxingcpp.read_barcodes(screenshot)]
        return bool(read)

    assert wait_until(is_read, counter.WORKER_PATIENCE / 1000, pause=0.5)
    assert "/ponsel/buka/" in read[0]
    return read[0]


def shoot(phone: Page, words: str, button: str = "Ambil foto") -> None:
    """Press the button; the camera gives this page."""
    photo = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": scan.page(words)}
    with phone.expect_file_chooser() as chooser:
        phone.get_by_text(button, exact=True).click()
    chooser.value.set_files([photo])  # type: ignore[list-item]  # a dict as the library takes it


def test_r39_pages_of_a_phone_appear_in_the_open_form(
    site: RunningSite, signed_in: Opener, browsing: Opener
) -> None:
    desk = signed_in("arsip", viewport=DESK)
    question = at_scanning(desk, site)
    desk.get_by_label("Lembar yang dipindai").fill("3")
    question.get_by_role("button", name=BUTTON).click()
    expect(question.get_by_text("Menunggu ponsel")).to_be_visible()
    question.scroll_into_view_if_needed()

    phone = browsing(**PHONE)
    phone.goto(link_of(question))
    expect(phone.get_by_role("heading", level=1)).to_have_text("Hasil pindai")
    check_fits(phone)
    phone.get_by_role("button", name="Mulai memotret").click()
    expect(phone).to_have_url(f"{site.address}/ponsel")
    expect(question.get_by_text("Ponsel tersambung.")).to_be_visible()
    expect(question.get_by_role("img", name="Kode QR untuk ponsel")).to_have_count(0)

    shoot(phone, "Halaman satu dari ponsel contoh")
    expect(phone.get_by_role("heading", name="1 halaman belum dikirim")).to_be_visible()
    for no, words in enumerate(("Halaman dua kabur", "Halaman tiga dari ponsel"), 2):
        shoot(phone, words, "Foto berikutnya")
        expect(phone.get_by_role("heading", name=f"{no} halaman belum dikirim")).to_be_visible()
    second = phone.locator(".phone-pages li").nth(1)
    before = second.locator("img").get_attribute("src")
    with phone.expect_file_chooser() as chooser:
        second.get_by_text("Ulangi").click()
    again: Any = {
        "name": "x.jpg",
        "mimeType": "image/jpeg",
        "buffer": scan.page("Halaman dua tajam contoh"),
    }
    chooser.value.set_files([again])
    expect(second.locator("img")).not_to_have_attribute("src", before or "")
    phone.reload()
    expect(phone.get_by_role("heading", name="3 halaman belum dikirim")).to_be_visible()
    expect(question.get_by_text("3 halaman di ponsel belum dikirim.")).to_be_visible()
    check_fits(phone)
    phone.locator(".phone-pages img").last.scroll_into_view_if_needed()

    phone.get_by_role("button", name="Kirim 3 halaman").click()
    expect(phone.get_by_text("Sudah diterima petugas: 3 halaman")).to_be_visible()
    expect(question.locator("[data-paper]")).to_have_count(1)
    expect(question.get_by_text("3 halaman diterima.")).to_be_visible()
    expect(question.locator("[data-paper]")).to_contain_text("3 halaman")

    expect(desk.locator("[data-saved]")).to_contain_text("Tersimpan")
    question.get_by_role("button", name="Tutup").click()
    expect(question.get_by_role("button", name="Tutup")).to_have_count(0)
    desk.reload()
    expect(counter.question(desk, "hasil_pindai").locator("[data-paper]")).to_have_count(1)
    expect(desk.get_by_label("Lembar yang dipindai")).to_have_value("3")


def test_what_did_not_get_through_is_sent_again(
    site: RunningSite, signed_in: Opener, browser: Browser
) -> None:
    desk = signed_in("arsip", viewport=DESK)
    question = at_scanning(desk, site)
    question.get_by_role("button", name=BUTTON).click()
    phone = browser.new_page(
        **PHONE
    )  # a browser that reports the broken line as a fault of the page
    phone.goto(link_of(question))
    phone.get_by_role("button", name="Mulai memotret").click()
    expect(phone).to_have_url(f"{site.address}/ponsel")

    def fail(route: Route) -> None:
        route.fulfill(
            status=503,
            content_type="application/json",
            body='{"sentence": "Server contoh sedang penuh."}',
        )

    phone.route("**/ponsel/halaman", fail)
    shoot(phone, "Halaman yang terputus di jalan")
    expect(phone.get_by_text("Server contoh sedang penuh.")).to_be_visible()
    phone.unroute("**/ponsel/halaman")
    phone.get_by_role("button", name="Coba lagi").click()
    expect(phone.get_by_role("heading", name="1 halaman belum dikirim")).to_be_visible()
    phone.get_by_role("button", name="Kirim 1 halaman").click()
    expect(question.locator("[data-paper]")).to_have_count(1)

    question.locator(".paper-drop").click()
    expect(question.locator("[data-paper]")).to_have_count(0)
    expect(desk.locator("[data-saved]")).to_contain_text(re.compile("Tersimpan"))
    phone.close()


def test_a_phone_without_scripts_hands_in_a_page(
    site: RunningSite, signed_in: Opener, browsing: Opener
) -> None:
    desk = signed_in("arsip", viewport=DESK, java_script_enabled=False)
    question = at_scanning(desk, site)
    desk.get_by_label("Lembar yang dipindai").fill("1")
    question.get_by_role("button", name=BUTTON).click()
    question = counter.question(desk, "hasil_pindai")
    expect(desk.get_by_label("Lembar yang dipindai")).to_have_value("1")
    phone = browsing(**PHONE, java_script_enabled=False)
    phone.goto(link_of(question))
    phone.get_by_role("button", name="Mulai memotret").click()
    photo: Any = {
        "name": "x.jpg",
        "mimeType": "image/jpeg",
        "buffer": scan.page("Halaman tanpa skrip ponsel"),
    }
    phone.locator("input[type=file]").last.set_input_files(photo)
    phone.get_by_role("button", name="Simpan foto ini").click()
    expect(phone.get_by_role("heading", name="1 halaman belum dikirim")).to_be_visible()
    check_fits(phone)
    phone.get_by_role("button", name="Kirim 1 halaman").click()
    expect(phone.get_by_text("Terkirim.", exact=True)).to_be_visible()

    desk.get_by_role("button", name="Simpan dulu").click()
    question = counter.question(desk, "hasil_pindai")
    expect(question.locator("[data-paper]")).to_have_count(1)
    question.scroll_into_view_if_needed()
