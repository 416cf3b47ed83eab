"""An archivist empties a box: forty mixed pages with eight cover sheets in one go, and a photo from
a phone (R37, R39).
"""

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e import counter, feeder
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.unit.ocr import fed, papers
from workflow_app.tools.load.officer import Officer

SHARES = (6, 5, 5, 5, 4, 5, 5, 3)
"""Pages of each registered bundle; with the copy of one on top and the photo they are forty."""
READING_PATIENCE = 400_000
"""Milliseconds until forty pages are read on a busy machine."""


def register(site: RunningSite, no: int, sheets: int) -> str:
    """Register one bundle of the box; returns the address of the task that scans it."""
    with Officer(site.address, "arsip", site.passwords["arsip"]) as clerk:
        clerk.sign_in()
        page = clerk.start("digitisation")
        done = clerk.complete(
            page,
            {
                "cakupan": "bundel",
                "kotak": "Boks contoh 17",
                "uraian": f"Bundel contoh nomor {no}",
                "tahun_awal": "2019",
                "jumlah_lembar": str(sheets),
                "keadaan": "baik",
                "tempat_sekarang": "Gudang contoh, lemari 2",
            },
        )
        assert done.is_taken, done.heading
        return f"{site.address}{done.location}"


def photo(page: Image.Image) -> bytes:
    """As a phone sends it."""
    return papers.coded(page.convert("RGB"), "HEIF", dpi=(72, 72))


def number_of(desk: Page, task: str) -> str:
    """The number of the case that a task belongs to; the page stays where it is."""
    with desk.context.new_page() as beside:
        beside.goto(task)
        return beside.locator(".task-line .number").inner_text()


def bring(desk: Page, *files: tuple[str, str, bytes]) -> None:
    desk.get_by_label("File hasil pindai").set_input_files(
        [{"name": name, "mimeType": kind, "buffer": data} for name, kind, data in files]
    )
    desk.get_by_role("button", name="Masukkan tumpukan").click()


@pytest.mark.timeout(900)
def test_r39_a_box_of_forty_pages_and_eight_cover_sheets_finds_its_cases(
    site: RunningSite, signed_in: Opener
) -> None:
    desk = signed_in("arsip")
    tasks = [register(site, no, sheets) for no, sheets in enumerate(SHARES, 1)]
    covers = [feeder.cover_of(desk, task) for task in tasks]
    covers[5] = fed.upside_down(covers[5])
    mixed = feeder.mixed(sum(SHARES))
    mixed[3], mixed[20] = fed.upside_down(mixed[3]), fed.upside_down(mixed[20])
    mixed[9] = feeder.half_black(mixed[9])
    alone = fed.sheet("Halaman lepas contoh di atas tumpukan")

    fed_in, at = [alone], 0
    for no, (cover, sheets) in enumerate(zip(covers, SHARES, strict=True)):
        fed_in += [cover, *mixed[at : at + sheets]]
        at += sheets
        if no == 2:
            fed_in.append(fed.blank())
    fed_in += [covers[0], alone]
    box = papers.picture_pdf(*fed_in)
    phone = photo(fed.sheet("Foto contoh dari ponsel"))

    desk.goto(f"{site.address}/tumpukan")
    bring(desk, ("boks.pdf", "application/pdf", box), ("IMG_0001.HEIC", "image/heic", phone))
    stacks = desk.locator(".stacks li")
    of_box = stacks.filter(has_text=f"{len(fed_in)} halaman")
    expect(of_box).to_contain_text("9 bagian masuk berkasnya", timeout=READING_PATIENCE)
    expect(of_box).to_contain_text("semua tulisannya dapat dicari", timeout=READING_PATIENCE)
    expect(desk.locator(".tray-part")).to_have_count(1)
    waiting = desk.locator(".tray-part")
    expect(waiting).to_contain_text("Terbaca", timeout=READING_PATIENCE)
    waiting.get_by_label("nomor berkas").fill(number_of(desk, tasks[7]))
    waiting.get_by_role("button", name="Masukkan ke berkas").click()
    expect(desk.get_by_text("Tidak ada yang menunggu.")).to_be_visible()
    with desk.expect_download() as download:
        of_box.get_by_role("link", name="Unduh tumpukan asli").click()
    assert download.value.path().read_bytes() == box

    for task, sheets in zip(tasks, SHARES, strict=True):
        desk.goto(task)
        counter.expect_task(desk, "Pindai")
        landed = [f"{sheets} halaman"] + ["1 halaman"] * (task == tasks[0])
        expect(desk.locator("[data-paper]")).to_contain_text(landed)
