"""The board of all running cases: fresh without a reload, every figure a way to its cases, whole
without scripts and on a phone.
"""

import re

from playwright.sync_api import Page, expect

from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.e2e.test_phone import PHONE, check_fits

FRESH = 40_000
"""Milliseconds until a page that refreshes itself must have heard of something."""

SPILLS = """() => {
  const clocks = [...document.querySelectorAll("main [data-countdown]")];
  for (const one of clocks)
    Object.assign(one, { className: "is-soon", textContent: "kurang dari 1 menit lagi" });
  const edge = one => one.closest(".cell-clock, .standing-clock").getBoundingClientRect().right;
  return [clocks.length, clocks.filter(one =>
    one.closest(".cell-clock, .standing-clock")
    && one.getBoundingClientRect().right > edge(one)).length];
}"""


def figure(page: Page, words: str) -> int:
    """A figure at the top of the board."""
    text = (
        page.get_by_role("group")
        .get_by_role("link", name=re.compile(rf"^[\d.]+ {words}$"))
        .inner_text()
    )
    return int(text.split()[0].replace(".", ""))


def test_a_new_case_is_on_the_board_without_a_reload_and_its_figure_leads_to_it(
    site: RunningSite, signed_in: Opener
) -> None:
    board = signed_in("kaspkt")
    board.get_by_role("link", name="Papan SPKT").click()
    expect(board.get_by_role("heading", name="Papan SPKT")).to_be_visible()
    running = figure(board, "berjalan")
    board.evaluate("document.querySelector('#papan').classList.add('stands-still')")
    desk = signed_in("petugas")
    number = counter.start_case(desk, site.address)

    expect(board.get_by_role("link", name=f"{running + 1} berjalan").first).to_be_visible(
        timeout=FRESH
    )
    board.get_by_role("group").get_by_role("link", name=f"{running + 1} berjalan").click()
    expect(board.get_by_role("heading", name="Berkas yang berjalan")).to_be_visible()
    case = board.get_by_role("link", name=number)
    if not case.count():
        board.get_by_role("link", name="Berikutnya").click()
    case.click()
    expect(board.get_by_role("heading", level=1)).to_contain_text(number)


def test_choices_stand_apart_and_a_list_is_changed_by_two_of_them(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("kaspkt")
    page.goto(f"{site.address}/papan")
    week, month = (page.get_by_role("link", name=f"{days} hari", exact=True) for days in (7, 30))
    left, right = week.bounding_box(), month.bounding_box()
    assert left and right
    assert right["x"] >= left["x"] + left["width"] + 4, "the periods are one word"

    page.goto(f"{site.address}/papan/berkas")
    page.get_by_label("Isi daftar").select_option("Selesai hari ini")
    page.get_by_label("Layanan", exact=True).select_option(
        label="Surat Keterangan Tanda Lapor Kehilangan (SKTLK)"
    )
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile("^Selesai hari ini: Surat Keterangan Tanda")
    )
    page.get_by_label("Layanan", exact=True).select_option("Semua layanan")
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Selesai hari ini")


def test_the_last_minute_of_a_clock_stays_out_of_the_next_column(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("kaspkt")
    for address in ("/", "/papan", "/papan/berkas"):
        page.goto(f"{site.address}{address}")
        clocks, spilling = page.evaluate(SPILLS)
        assert clocks and not spilling, address


def test_the_board_is_whole_on_a_phone_and_without_scripts(
    site: RunningSite, signed_in: Opener
) -> None:
    page = signed_in("kaspkt", **PHONE)
    page.goto(f"{site.address}/papan")
    check_fits(page)
    page.goto(f"{site.address}/papan/berkas?isi=terukur")
    check_fits(page)

    plain = signed_in("kaspkt", java_script_enabled=False)
    plain.goto(f"{site.address}/papan?hari=7")
    assert figure(plain, "berjalan") > 0
    expect(plain.get_by_role("link", name="7 hari")).to_have_attribute("aria-current", "true")
    plain.get_by_text("Cara membaca angka ini").click()
    expect(plain.get_by_text("Angka ini tentang layanan, bukan tentang orang.")).to_be_visible()
