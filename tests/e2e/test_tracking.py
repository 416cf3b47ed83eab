"""A complainant takes his secret code home and follows his complaint on a phone without scripts;
everybody reads the counts.
"""

import re

from playwright.sync_api import expect
from pypdfium2 import PdfDocument

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.counter import Citizen
from tests.e2e.site import RunningSite
from tests.e2e.test_complaint import SECRET_WORDS, SERVICE, await_task, judge, write_down
from tests.e2e.test_phone import PHONE, check_fits


def test_r36_a_complainant_follows_his_complaint_with_number_and_code(
    site: RunningSite, signed_in: Opener, browsing: Opener
) -> None:
    citizen = Citizen()
    desk = signed_in("petugas")
    counter.start_case(desk, site.address, SERVICE, "Terima pengaduan")
    counter.question(desk, "darurat").get_by_label("Tidak").check()
    desk.get_by_label("Langsung, datang ke SPKT").check()
    desk.get_by_label("Saya sudah memperkenalkan nama").check()
    counter.submit(desk)
    counter.identify(desk, citizen, "Pokok pengaduan")
    write_down(desk)
    desk.get_by_label("Tanggapan yang disampaikan").fill(
        "Dikabari lewat telepon paling lambat lusa."
    )
    desk.get_by_label("Pengadu sudah didengarkan").check()
    counter.submit(desk)
    judge(desk)
    await_task(desk, "Pengadu bertanda tangan")

    with desk.expect_popup() as opened:
        desk.get_by_role("button", name="Cetak kode rahasia").click()
    sheet = opened.value
    expect(sheet.get_by_role("heading", name="Kode rahasia", exact=True)).to_be_visible()
    number = "/".join(sheet.locator(".code-slip .number").inner_text().split("/")[:4])
    assert len(PdfDocument(sheet.pdf(format="A4"))) == 1, (
        "one sheet of paper, and no empty one after it"
    )
    code = sheet.locator(".secret-code").inner_text()
    assert re.fullmatch(r"DUMAS/\d+/[IVX]+/\d{4}", number)
    sheet.close()
    desk.reload()
    expect(desk.get_by_text("Kode rahasia sudah diserahkan")).to_be_visible()
    assert code not in counter.html_of(desk)

    phone = browsing(**PHONE, java_script_enabled=False)
    phone.goto(site.address)
    phone.get_by_role("link", name="Lacak berkas").click()
    phone.get_by_label("Nomor pada tanda terima").fill(number.lower())
    phone.get_by_label("Kode rahasia").fill(code.replace("-", " ").lower())
    phone.get_by_role("button", name="Lihat").click()
    expect(phone.get_by_text("Pengaduan Anda sudah ditanggapi.")).to_be_visible()
    expect(phone.locator(".told li")).to_have_count(2)
    assert phone.url == f"{site.address}/lacak"
    told = counter.html_of(phone)
    assert [word for word in (*citizen.secrets(), *SECRET_WORDS, code) if word in told] == []


def test_public_pages_about_complaints_fit_a_phone(site: RunningSite, browsing: Opener) -> None:
    page = browsing(**PHONE)
    for path in ("/lacak", "/angka-pengaduan"):
        page.goto(site.address + path)
        check_fits(page)
