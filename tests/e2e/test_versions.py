"""Ka SPKT compares two versions of a process, moves a running case to the new one, and takes it
back.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Opener
from tests.e2e.site import RunningSite
from tests.integration.services.moving import begin, put_up, service
from workflow_app.connections import connect
from workflow_app.domain import SYSTEM
from workflow_app.models import Case
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import Works
from workflow_app.settings import read_settings

REASON = "Versi baru menambah pemeriksaan, contoh."


@pytest.fixture
def works(site: RunningSite, stack: dict[str, str]) -> Iterator[Works]:
    """Units of work on the database of the running site."""
    works = connect(read_settings({**stack, "DATABASE_URL": site.database_url}))
    yield works
    works.session_factory.kw["bind"].dispose()


@pytest.fixture
def number(works: Works, tmp_path: Path) -> str:
    """A case that waits under version 1 of a process that has a version 2."""
    put_up(works, tmp_path, service())
    with works.begin(SYSTEM) as work:
        officer = users.actor_of(
            next(user for user in users.list_all(work) if user.username == "petugas")
        )
    case_id = begin(works, officer)
    put_up(works, tmp_path, service("periksa", reminder='"P2D"'))
    with works.begin(SYSTEM) as work:
        return work.session.get_one(Case, case_id).number


def test_a_case_is_moved_and_taken_back(site: RunningSite, signed_in: Opener, number: str) -> None:
    page = signed_in("kaspkt")
    page.goto(f"{site.address}/proses/versi")
    page.get_by_role("link", name="Uji", exact=True).click()
    page.get_by_role("link", name="Lihat perbedaan versi 1 dan 2").click()
    check_comparison(page)
    page.go_back()

    page.get_by_label("Alasan").fill("pendek")
    page.get_by_role("button", name="Periksa sebelum memindahkan").click()
    expect(page.get_by_text("paling sedikit sepuluh huruf")).to_have_count(2)
    page.get_by_label("Alasan").fill(REASON)
    page.get_by_role("button", name="Periksa sebelum memindahkan").click()
    expect(page.get_by_text(number)).to_be_visible()
    page.get_by_role("button", name="Pindahkan 1 berkas").click()
    until(page, "1 berkas: 1 dipindahkan.")

    page.get_by_text("Kembalikan 1 berkas yang belum melangkah").click()
    page.get_by_role("article").get_by_label("Alasan").fill("Ternyata belum perlu, contoh.")
    page.get_by_role("button", name="Periksa sebelum mengembalikan").click()
    page.get_by_role("button", name="Kembalikan 1 berkas").click()
    until(page, "1 berkas: 1 dikembalikan.")
    page.reload()
    expect(page.get_by_role("heading", name="Versi 1: 1 berkas")).to_be_visible()


def check_comparison(page: Page) -> None:
    """Colour and sign in both drawings, the list in words, and both drawings move together."""
    old, new = (page.locator(f"#gambar-uji-{side}") for side in ("lama", "baru"))
    expect(new.locator('[data-element-id="periksa"].is-added')).to_be_visible()
    expect(old.locator('[data-element-id="lama"].is-changed')).to_be_visible()
    expect(new.locator(".drawing-sign-added").first).to_have_text("+")
    ways = new.locator(".djs-connection.is-added .djs-visual > path")
    expect(ways.first).to_have_css("stroke", "rgb(34, 100, 58)")
    words = page.get_by_role("region", name="Daftar perbedaan")
    expect(words.get_by_text("Periksa", exact=True)).to_be_visible()
    expect(words.get_by_text('"P2D"')).to_be_visible()
    place = (
        "box => "
        "box.querySelector('.viewport').getAttribute('transform').match(/[-.0-9]+/g).map((n) => "
        "Math.round(n * 100))"
    )
    before = old.evaluate(place)
    new.focus()
    new.press("ArrowRight")
    assert old.evaluate(place) == new.evaluate(place) != before
    new.press("+")
    assert old.evaluate(place) == new.evaluate(place)


def until(page: Page, words: str) -> None:
    """The worker has done it: the page says so when it is loaded again."""
    for _ in range(60):
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_text(words)).to_be_visible()


def test_the_list_of_differences_needs_no_script(
    site: RunningSite, signed_in: Opener, number: str
) -> None:
    page = signed_in("kaspkt", java_script_enabled=False)
    page.goto(f"{site.address}/proses/uji/versi/banding?dari=1&ke=2")
    assert number
    words = page.get_by_role("region", name="Daftar perbedaan")
    expect(words.get_by_text("Periksa → Selesai")).to_be_visible()
    expect(words.get_by_text('"P2D"')).to_be_visible()
