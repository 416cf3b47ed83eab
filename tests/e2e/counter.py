"""What people do at the counter, page by page, by the words that stand on the pages."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from playwright.sync_api import Locator, Page, expect

TASK = re.compile(r"/tugas/[0-9a-f-]{36}$")
CASE = re.compile(r"/berkas/[0-9a-f-]{36}$")
WORKER_PATIENCE = 60_000
"""Milliseconds for what the worker does: a letter, a reading."""


@dataclass(frozen=True)
class Citizen:
    """An invented person; every value can be told from everything else on the site."""

    name: str = "Contoh Rahmawaty Zulfahmiasih"
    nik: str = "6306054107850077"
    birth_place: str = "Baritokulon"
    birth_date: str = "01-07-1985"
    job: str = "Pengrajin purun"
    address: str = "Jalan Contoh Cempakasari Nomor 917"
    village: str = "Contohan Hulumbak"
    district: str = "Kandangan"
    phone: str = "0812-3456-9077"

    def secrets(self) -> tuple[str, ...]:
        """What must not be found where everybody can read."""
        return (
            "Rahmawaty",
            "Zulfahmiasih",
            self.nik,
            "Baritokulon",
            "Cempakasari",
            "Hulumbak",
            "3456-9077",
            "34569077",
        )


STORY = "Warga menyadarinya sepulang dari jamuan selamatan keluarga Wirautama."
"""A description; it is sealed too, and so is its last word."""


def sign_in(page: Page, address: str, username: str, password: str) -> None:
    """From the front door to the inbox."""
    page.goto(address)
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi").fill(password)
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", name="Beranda")).to_be_visible()
    page.wait_for_load_state()


def start_case(
    page: Page,
    address: str,
    service: str = "Surat Keterangan Tanda Lapor Kehilangan",
    first: str = "Terima warga",
) -> str:
    """Begin a service; returns the case number. The first task is open then."""
    page.goto(f"{address}/")
    page.get_by_role("link", name="Mulai layanan").first.click()
    start_service(page, service)
    expect_task(page, first)
    return page.locator(".task-line .number").inner_text()


def start_service(page: Page, name: str) -> None:
    """From the list of services, begin this one."""
    service = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))
    service.get_by_role("button", name="Mulai", exact=True).click()


def expect_task(page: Page, title: str) -> None:
    """The page of a task with this title is open and can be filled."""
    expect(page).to_have_url(TASK)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(submit_button(page)).to_be_visible()
    page.wait_for_load_state()  # keys and pens are answered from then on


def html_of(page: Page) -> str:
    """All of the page that has arrived, with what is not seen."""
    page.wait_for_load_state()
    return page.locator("html").inner_html()


def submit_button(page: Page) -> Locator:
    """The one main action of a task."""
    return page.locator(".answer-actions .btn-primary")


def submit(page: Page) -> None:
    """Press it."""
    submit_button(page).click()


def question(page: Page, field: str) -> Locator:
    """The frame of one question; for answers such as yes and no that stand on a page more than
    once.
    """
    return page.locator(f'[data-question="{field}"]')


def receive(page: Page) -> None:
    """Greet; the arrival time stands there already."""
    page.get_by_label("Menyapa dengan ramah").check()
    page.get_by_label("Saya sudah memperkenalkan nama").check()
    submit(page)
    expect_task(page, "Identitas pelapor")


def identify(
    page: Page, citizen: Citizen, then: str = "Hilang atau dicuri", faith: str = "Islam"
) -> None:
    """Ask who the citizen is; of what faith he is only where the form asks it."""
    question(page, "nik").get_by_role("textbox").fill(citizen.nik)
    page.get_by_label("Nama lengkap").fill(citizen.name)
    page.get_by_label("Tempat lahir").fill(citizen.birth_place)
    page.get_by_label("Tanggal lahir").fill(citizen.birth_date)
    page.get_by_label("Perempuan").check()
    if faith:
        page.get_by_label("Agama atau kepercayaan").select_option(label=faith)
    page.get_by_label("Pekerjaan").fill(citizen.job)
    page.get_by_label("Alamat tempat tinggal").fill(citizen.address)
    page.get_by_label("Desa atau kelurahan").fill(citizen.village)
    page.get_by_label("Kecamatan").fill(citizen.district)
    page.get_by_label("Nomor telepon").fill(citizen.phone)
    submit(page)
    expect_task(page, then)


def leave_unfinished(page: Page, address: str, citizen: Citizen) -> None:
    """Begin another case of the same citizen and go away in the middle of the identity: a draft
    stays behind.
    """
    start_case(page, address)
    receive(page)
    page.get_by_label("NIK", exact=True).fill(citizen.nik)
    page.get_by_label("Nama lengkap").fill(citizen.name)
    page.get_by_role("button", name="Simpan dulu").click()
    expect(page.get_by_text("Melanjutkan isian Anda yang tersimpan")).to_be_visible()
    expect(page.get_by_label("Nama lengkap")).to_have_value(citizen.name)


def say_lost(page: Page) -> None:
    """Lost, not stolen."""
    page.get_by_label("Hilang, tercecer").check()
    submit(page)
    expect_task(page, "Barang dan kejadian")


def describe(page: Page, kind: str) -> None:
    """What is lost, where and when."""
    page.get_by_label("Jenis barang").select_option(label=kind)
    page.get_by_label("Nama barang pada surat").fill(f"{kind} milik pelapor")
    page.get_by_label("Tempat hilang").fill("sekitar Pasar Kandangan")
    page.get_by_label("Tanggal hilang").fill(f"{date.today() - timedelta(days=2):%d-%m-%Y}")
    page.get_by_label("Uraian singkat").fill(STORY)
    page.get_by_label("Warga menyatakan sudah mencari").check()
    submit(page)
    expect_task(page, "Periksa persyaratan")


def requirement(page: Page, evidence: str) -> Locator:
    """The row of one line of the checklist."""
    return page.locator("[data-requirement]").filter(has_text=evidence)


def hand_in(page: Page, evidence: str, *, number: str = "", on: str = "") -> Locator:
    """The citizen gives this paper; returns its row."""
    row = requirement(page, evidence)
    row.locator("[data-given]").check()
    if number:
        row.get_by_label("Nomor", exact=True).fill(number)
        row.get_by_label("Tanggal", exact=True).fill(on)
    return row


def scan_into(row: Locator, name: str, data: bytes) -> None:
    """Scan a page for this line, and see it arrive."""
    row.locator('input[type="file"]:not([capture])').set_input_files(
        {"name": name, "mimeType": "image/jpeg", "buffer": data}
    )
    expect(row.locator("[data-paper]")).to_have_count(1)


def draw_signature(page: Page, field: str = "tanda_tangan") -> None:
    """Sign with the mouse."""
    canvas = question(page, field).locator("canvas")
    canvas.evaluate("canvas => canvas.scrollIntoView({ block: 'center', behavior: 'instant' })")
    box = canvas.bounding_box()
    assert box is not None
    x, y = box["x"] + 40, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(x + step * 30, y + (-25 if step % 2 else 25), steps=3)
    page.mouse.up()
    expect(question(page, field).get_by_text("Tanda tangan tersimpan di formulir.")).to_be_visible()


def open_case(page: Page, address: str, number: str) -> None:
    """Find a case by its number with the search of the bar."""
    page.goto(f"{address}/")
    search(page, number)
    page.locator("main").get_by_role("link", name=number).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)


def search(page: Page, words: str) -> None:
    """Search from wherever one is."""
    page.get_by_label("Cari nomor berkas atau isi surat").fill(words)
    page.get_by_label("Cari nomor berkas atau isi surat").press("Enter")
    expect(page.get_by_role("heading", name="Cari", exact=True)).to_be_visible()


def take(page: Page, title: str) -> None:
    """From the page of a case, take a task that waits in the queue of the role."""
    page.get_by_role("link", name=title).first.click()
    page.get_by_role("button", name="Ambil tugas").click()
    expect_task(page, title)


def take_approval(
    page: Page, address: str, number: str, title: str = "Periksa dan setujui"
) -> None:
    """Somebody finds the case in the queue of the role and takes it."""
    page.goto(f"{address}/")
    page.get_by_role("link", name=re.compile("Antrean peran saya")).click()
    page.locator("[data-row]").filter(has_text=number).get_by_role(
        "button", name="Ambil tugas"
    ).click()
    expect_task(page, title)


def approve(page: Page) -> None:
    """Agree; the number is issued."""
    page.get_by_label("Setujui dan terbitkan nomor").check()
    submit(page)
    expect(page).to_have_url(CASE)
    expect(
        page.get_by_role("heading", name="Surat Keterangan Tanda Lapor Kehilangan")
    ).to_be_visible()


def sign_letter(page: Page) -> None:
    """The citizen reads the letter, finds it right and signs on the screen."""
    page.get_by_label("Warga sudah membaca surat ini").check()
    page.get_by_label("Sudah benar").check()
    page.get_by_label("Di layar").check()
    draw_signature(page)
    submit(page)


def hand_over(page: Page) -> None:
    """Give the letter; the service ends."""
    page.get_by_label("Warga sudah diberi tahu bahwa pelayanan ini tanpa biaya").check()
    question(page, "diminta_bayar").get_by_label("Tidak").check()
    page.get_by_label("bukan pengganti surat yang hilang").check()
    submit(page)
    expect(page).to_have_url(CASE)
