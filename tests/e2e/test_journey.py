"""From arrival to the handed-over letter, as the citizen's officer and Ka SPKT live it."""

import io
import re
import socket
from urllib.parse import urlsplit

import pikepdf
import pypdfium2
from playwright.sync_api import Page, expect

from tests.e2e import counter, scan
from tests.e2e.conftest import Opener
from tests.e2e.counter import Citizen
from tests.e2e.site import RunningSite, demo_people
from workflow_app.tools.embedded.server_processes import wait_until

NUMBER = re.compile(r"SKTLK/\S+")
KIND = "Surat Keterangan Tanda Lapor Kehilangan"


def test_a_citizen_walks_out_with_a_numbered_letter(site: RunningSite, browsing: Opener) -> None:
    """What must hold: real pages, a real scan, two people, the letter; the scan is found, the
    person is not.
    """
    citizen = Citizen()
    desk = browsing()
    counter.sign_in(desk, site.address, "petugas", site.passwords["petugas"])
    case_number = counter.start_case(desk, site.address)
    counter.receive(desk)
    counter.identify(desk, citizen)
    counter.say_lost(desk)
    counter.describe(desk, "KTP")
    counter.hand_in(desk, "Fotokopi KK pelapor")
    counter.hand_in(desk, "Fotokopi KTP pelapor")
    introduction = counter.hand_in(
        desk, "Pengantar dari Kepala Desa", number="470/12/CONTOH", on="20-11-2026"
    )
    counter.scan_into(introduction, f"pengantar {citizen.name}.jpg", scan.page())
    counter.submit(desk)
    expect(desk).to_have_url(counter.CASE)

    head = browsing()
    counter.sign_in(head, site.address, "kaspkt", site.passwords["kaspkt"])
    counter.take_approval(head, site.address, case_number)
    counter.approve(head)

    counter.open_case(desk, site.address, case_number)
    next_step = desk.get_by_role("link", name="Warga membaca dan bertanda tangan")
    heading = desk.get_by_role("heading", level=1, name="Warga membaca dan bertanda tangan")
    expect(next_step.or_(heading).first).to_be_visible(timeout=counter.WORKER_PATIENCE)
    if next_step.is_visible():
        next_step.click()
    counter.expect_task(desk, "Warga membaca dan bertanda tangan")
    unsigned = letter_on(desk)
    counter.sign_letter(desk)
    expect(desk.get_by_role("heading", level=1, name="Serahkan surat")).to_be_visible(
        timeout=counter.WORKER_PATIENCE
    )
    counter.hand_over(desk)
    assert [word for word in citizen.secrets() if word in counter.html_of(desk)] == [], (
        "the case page masks the person"
    )

    letter = letter_on(desk)
    text = words_of(letter)
    number = found(NUMBER, desk.locator(".letter").inner_text())
    assert number in text
    assert "tanpa dipungut biaya (Rp0)" in text
    assert "bukan pengganti" in text
    assert citizen.name in text
    assert citizen.nik in text
    assert is_pdf_a(letter)
    assert pictures_in(letter) == pictures_in(unsigned) + 1, (
        "the handed-over letter carries the signature"
    )

    verification = found(re.compile(re.escape(f"{site.address}/verifikasi/") + r"[0-9A-Z-]+"), text)
    check_public_answer(browsing(), verification, number, citizen)
    check_requirements_are_public(browsing(), site)
    check_scan_is_found(desk, case_number)
    counter.leave_unfinished(desk, site.address, citizen)
    ask_wrongly(desk, site, citizen)
    site.stumble()

    secrets = [word.encode() for word in (*citizen.secrets(), "Wirautama")]
    dump, logs = site.dump(), site.logs()
    assert case_number.encode() in dump, "the dump holds what it should hold"
    assert [word for word in secrets if word.lower() in dump.lower()] == []
    assert b"/tugas/<uuid:task_id>" in logs, "the log holds what it should hold"
    assert b"Invalid request" in logs
    assert b"division by zero" in logs
    assert [word for word in secrets if word.lower() in logs.lower()] == []
    assert [name for name in demo_people() if name.lower().encode() in logs.lower()] == []
    assert [
        login for login in site.passwords if re.search(rf"(?<![\w/.-]){login}\b".encode(), logs)
    ] == []


def ask_wrongly(page: Page, site: RunningSite, citizen: Citizen) -> None:
    """Requests that fail, with the person in their address; the last is no HTTP at all."""
    for path in (
        f"/?nomor={citizen.nik}",
        f"/tidak-ada/{citizen.name}",
        f"/verifikasi/{citizen.nik}",
    ):
        page.request.get(f"{site.address}{path}")
    page.request.post(
        f"{site.address}/masuk", form={"nama_pengguna": citizen.nik, "kata_sandi": citizen.name}
    )
    where = urlsplit(site.address)
    with socket.create_connection((where.hostname, where.port), timeout=10) as line:
        line.sendall(f"GET /cari?kata={citizen.name} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 4")


def letter_on(page: Page, title: str = "") -> bytes:
    """Download the letter that the page offers; of several the one with this title."""
    heading = page.get_by_role("heading", name=title, exact=True)
    offered = page.locator(".panel").filter(has=heading) if title else page
    link = offered.get_by_role("link", name="Buka surat (PDF)")
    expect(link).to_be_visible(timeout=counter.WORKER_PATIENCE)
    answer = page.request.get(link.evaluate("link => link.href"))
    assert answer.ok
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def words_of(pdf: bytes) -> str:
    """All words of a PDF on one line. A soft hyphen or a broken line is no difference to a
    reader.
    """
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return " ".join(text.split())


def is_pdf_a(pdf: bytes) -> bool:
    with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_metadata() as metadata:
        return bool(metadata.pdfa_status)


def pictures_in(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return sum(len(page.get_images()) for page in opened.pages)


def found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    assert match, f"{pattern.pattern} is not in: {text}"
    return match.group()


def check_public_answer(page: Page, address: str, number: str, citizen: Citizen) -> None:
    """Whoever holds the letter learns that it is genuine, and nothing about the person."""
    page.goto(address)
    expect(page.get_by_role("heading", name="Surat ini asli dan berlaku")).to_be_visible()
    expect(page.locator("dl")).to_contain_text(number)
    expect(page.locator("dl")).to_contain_text(KIND)
    html = counter.html_of(page)
    assert [word for word in citizen.secrets() if word in html] == []


def check_requirements_are_public(page: Page, site: RunningSite) -> None:
    """Who has no account reads what to bring, all 13 kinds."""
    page.goto(f"{site.address}/persyaratan")
    expect(page.locator("[data-kind]")).to_have_count(13)
    expect(page.get_by_text("Pengantar dari Kepala Desa/Lurah dan Dukcapil").first).to_be_attached()


def check_scan_is_found(page: Page, case_number: str) -> None:
    """The words on the scanned page lead to it, once the worker has read it."""

    def is_found() -> bool:
        counter.search(page, "rumpun kelapa gading")
        return page.locator(".hits mark").count() > 0

    assert wait_until(is_found, counter.WORKER_PATIENCE / 1000, pause=0.5)
    hit = page.locator(".hits li").filter(has_text="Pengantar dari Kepala Desa")
    expect(hit).to_contain_text(case_number)
    hit.get_by_role("link", name="Pengantar dari Kepala Desa").click()
    expect(page.locator(".sheet-text")).to_contain_text("beranda balai")
    expect(page.get_by_role("img", name="Gambar halaman 1", exact=True)).to_be_visible()
