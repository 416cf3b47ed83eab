"""An archivist and Ka SPKT dispose of old papers: the list, one taken out, one held, minutes that
both sign (R37).
"""

import re
from datetime import timedelta
from uuid import uuid4

from playwright.sync_api import Page, expect

from archive import documents
from tests.e2e import counter
from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.integration.services import retained, scans
from workflow_app.connections import connect
from workflow_app.domain import SYSTEM
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import ingest
from workflow_app.settings import read_settings

LABELS = ("Surat masuk contoh", "Buku mutasi contoh", "Undangan contoh")


def old_papers(site: RunningSite, stack: dict[str, str]) -> None:
    """Papers of the archive whose years and locks are over, and a schedule of the office that wants
    them destroyed.
    """
    settings = read_settings({**stack, "DATABASE_URL": site.database_url})
    works = connect(settings)
    brief: Works = retained.brief(works, settings)
    retained.set_schedule(
        brief, retained.schedule(mulai="diterima_arsip", jenis="Surat masuk umum", kode="U-7")
    )
    with brief.begin(SYSTEM) as work:
        for label in LABELS:
            documents.add(
                work.session,
                work.blobs,
                scans.picture(f"{label} {uuid4()}"),
                media_type="image/png",
                pages=1,
                origin=ingest.ARCHIVE,
                label=label,
                at=work.clock() - timedelta(days=3 * 366),
            )
    works.session_factory.kw["bind"].dispose()
    retained.outlast_locks()


def sign(page: Page, address: str, number: str, who: str) -> None:
    """Who is named on the minutes signs them on the screen."""
    page.goto(f"{address}/")
    page.locator("[data-row]").filter(has_text=number).get_by_role(
        "link", name="Tanda tangani"
    ).click()
    counter.expect_task(page, "Tanda tangani berita acara")
    page.get_by_label("Di layar").check()
    counter.draw_signature(page, f"tanda_tangan_{who}")
    counter.submit(page)


def test_r37_old_papers_go_by_the_hands_of_two(
    site: RunningSite, stack: dict[str, str], signed_in: Opener
) -> None:
    old_papers(site, stack)
    desk, chief = signed_in("arsip"), signed_in("kaspkt")
    desk.keyboard.press("g")
    desk.keyboard.press("r")
    expect(desk.get_by_role("heading", name="Retensi arsip")).to_be_visible()
    desk.get_by_label("Baris jadwal").select_option("U-7")
    desk.get_by_role("button", name="Saring").click()
    for label in LABELS:
        desk.get_by_label(label).check()
    desk.get_by_role("button", name="Usulkan yang dipilih").click()
    counter.expect_task(desk, "Usulkan pemusnahan")
    number = desk.locator(".task-line .number").inner_text()
    desk.get_by_label("Alasan pemusnahan").fill("Masa simpannya sudah lewat.")
    desk.get_by_label(re.compile("Setiap dokumen pada daftar")).check()
    counter.submit(desk)

    counter.take_approval(chief, site.address, number, "Periksa daftar dan putuskan")
    second = chief.get_by_role("row").filter(has_text=LABELS[1])
    second.locator("summary").click()
    second.get_by_label("Alasan").select_option("Bernilai sejarah atau pembuktian")
    second.get_by_role("button", name="Keluarkan dari daftar").click()
    expect(second).to_contain_text("Dikeluarkan Bernilai sejarah atau pembuktian")
    held = chief.get_by_role("row").filter(has_text=LABELS[2])
    held.get_by_role("link", name=LABELS[2]).click()
    chief.locator("summary", has_text="Tahan dokumen ini").click()
    chief.get_by_label("Alasan").last.select_option("Sengketa atau gugatan")
    chief.get_by_role("button", name="Tahan dokumen").click()
    expect(chief.get_by_text("Ditahan: Sengketa atau gugatan.")).to_be_visible()

    counter.open_case(chief, site.address, number)
    chief.get_by_role("link", name="Lihat daftar pemusnahan").click()
    expect(chief.get_by_text("Akan ditinggalkan: Ditahan")).to_be_visible()
    chief.get_by_role("link", name="tugas Anda").click()
    chief.get_by_label("Setujui: musnahkan dokumen pada daftar").check()
    chief.get_by_label(re.compile("Daftar sudah saya periksa")).check()
    counter.submit(chief)

    case = chief.url
    expect(chief.get_by_text("Surat siap dicetak").first).to_be_visible(
        timeout=counter.WORKER_PATIENCE
    )
    sign(desk, site.address, number, "pengusul")
    expect(desk).to_have_url(counter.CASE)
    sign(chief, site.address, number, "penyetuju")
    expect(chief).to_have_url(counter.CASE)
    expect(chief.get_by_text("Berkas berakhir").first).to_be_attached(
        timeout=counter.WORKER_PATIENCE
    )

    desk.goto(case)
    desk.get_by_role("link", name="Lihat daftar pemusnahan").click()
    expect(
        desk.locator("#nomor-1, #nomor-2, #nomor-3").filter(has_text="Dimusnahkan")
    ).to_have_count(1)
    desk.get_by_role("link", name=LABELS[0]).click()
    expect(desk.get_by_text("Dokumen ini dimusnahkan")).to_be_visible()
    expect(desk.get_by_text("berita acara nomor BAP-ARSIP/")).to_be_visible()
