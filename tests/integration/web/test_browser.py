"""What only a browser can tell: the scripts work under the policy, nothing typed is lost, the list
refreshes itself.
"""

import itertools
import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.integration.conftest import PROCESSES
from tests.integration.hiring import PASSWORD, hire
from tests.integration.web_server import serving, working
from tests.services import new_database
from workflow_app.connections import connect
from workflow_app.domain import SYSTEM
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.settings import Settings, read_settings
from workflow_app.tools.load.officer import Officer
from workflow_app.tools.load.tasks import Desk

PATIENCE = 20_000
"""Milliseconds; the machine may be busy."""
expect.set_options(timeout=PATIENCE)

REFRESH = "document.querySelector('[data-inbox]').dispatchEvent(new CustomEvent('sentra:refresh'))"
EXPECTED = ("401", "400", "ERR_INTERNET_DISCONNECTED")
"""Answers that a test provokes; Chromium writes every one of them to its console."""


@pytest.fixture(scope="module")
def environment(stack: dict[str, str], template_database: str) -> Iterator[dict[str, str]]:
    """A database of its own, with Budi and Wati at the desk and Sari who approves."""
    with new_database(stack["DATABASE_URL"], template=template_database, prefix="web") as address:
        settings = {**stack, "DATABASE_URL": address, "WEB_WORKERS": "1"}
        furnish(read_settings(settings))
        yield {**os.environ, **settings}


@pytest.fixture(scope="module")
def site(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the site; nobody works in its background."""
    with serving(environment, tmp_path_factory.mktemp("web") / "web.log") as port:
        yield f"http://127.0.0.1:{port}"


def furnish(settings: Settings) -> None:
    works: Works = connect(settings)
    works.blobs.ensure_bucket()
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "sktlk")
        configuration.set_value(work, "mode_demo", True, configuration.SOP_IN_FORCE)
    hire(works, "budi", "petugas")
    hire(works, "wati", "petugas")
    hire(works, "sari", "ka_spkt")
    works.session_factory.kw["bind"].dispose()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser of its own, at the desk."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="id-ID")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Everything the browser complained about: refused by the policy, failed in a script."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(
            code in message.text for code in EXPECTED
        ):
            heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


@pytest.fixture
def sign_in(page: Page, site: str) -> Callable[..., None]:
    def enter(where: Page = page, username: str = "budi") -> None:
        where.goto(f"{site}/masuk")
        where.fill("#nama_pengguna", username)
        where.fill("#kata_sandi", PASSWORD)
        where.click("main button")
        expect(where.locator("h1")).to_have_text("Beranda")

    return enter


@pytest.fixture
def identity(page: Page, site: str, sign_in: Callable[..., None]) -> str:
    """The page that asks for the identity; its address."""
    sign_in()
    page.goto(f"{site}/mulai")
    page.locator("form[action='/mulai/sktlk']").get_by_role("button", name="Mulai").click()
    page.check("[name=perkenalan]")
    page.wait_for_load_state()
    page.focus("[name=alasan_waktu]")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("Identitas pelapor")
    page.wait_for_load_state()
    return page.url


def test_questions_appear_and_disappear_with_the_answers(
    page: Page, identity: str, complaints: list[str]
) -> None:
    expect(page.locator("[name=nama_penolong]")).to_be_hidden()
    page.check("[name=dibantu][value=ya]")
    expect(page.locator("[name=nama_penolong]")).to_be_visible()
    page.check("[name=jenis_identitas][value=paspor]")
    expect(page.locator("[name=nik]")).to_be_hidden()
    expect(page.locator("[name=nomor_identitas]")).to_be_visible()
    assert complaints == []


def test_a_date_is_typed_with_digits_only(page: Page, identity: str) -> None:
    page.locator("[name=tanggal_lahir]").press_sequentially("01021990")
    expect(page.locator("[name=tanggal_lahir]")).to_have_value("01-02-1990")


def test_what_is_typed_is_saved_and_survives_a_lost_session(
    page: Page, identity: str, sign_in: Callable[..., None], complaints: list[str]
) -> None:
    page.fill("[name=nama]", "Contoh Warga")
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan", timeout=PATIENCE)
    page.context.clear_cookies()
    page.fill("[name=nama]", "Contoh Warga Lengkap")
    expect(page.locator("[data-saved]")).to_contain_text("Masuk lagi di tab baru", timeout=PATIENCE)
    sign_in(page.context.new_page())
    page.locator("[name=pekerjaan]").press_sequentially("Petani")
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan", timeout=PATIENCE)
    page.goto(identity)
    expect(page.locator("[name=nama]")).to_have_value("Contoh Warga Lengkap")
    assert complaints == []


def test_a_form_that_lost_its_connection_says_so_and_saves_when_it_is_back(
    page: Page, identity: str
) -> None:
    page.context.set_offline(True)
    page.fill("[name=nama]", "Contoh Warga")
    expect(page.locator("[data-saved]")).to_contain_text("Akan dicoba lagi", timeout=PATIENCE)
    page.context.set_offline(False)
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan", timeout=2 * PATIENCE)
    page.goto(identity)
    expect(page.locator("[name=nama]")).to_have_value("Contoh Warga")


def test_a_page_has_come_to_rest_when_a_field_takes_the_focus(page: Page, identity: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    at_once = page.evaluate(
        "() => { document.querySelector('[name=telepon]').focus(); return scrollY; }"
    )
    page.wait_for_timeout(800)
    assert page.evaluate("() => scrollY") == at_once > 0, (
        "a button that slides away is pressed beside"
    )


@pytest.mark.parametrize("width", [390, 700, 1024, 1280])
def test_the_button_stays_where_it_is_when_the_form_saves_itself(
    page: Page, identity: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 720})
    page.fill("[name=nama]", "Contoh Warga")
    button = page.locator("[data-submit]")
    button.scroll_into_view_if_needed()
    before = button.bounding_box()
    expect(page.locator("[data-saved]")).to_contain_text("Tersimpan", timeout=PATIENCE)
    assert button.bounding_box() == before, "a press at that moment falls beside it"


def test_errors_take_the_focus_and_their_links_lead_to_the_field(page: Page, identity: str) -> None:
    page.click("[data-submit]")
    expect(page.locator("[data-faults]")).to_be_focused()
    page.get_by_role("link", name="Isi “Nama lengkap”.").click()
    expect(page.locator("[name=nama]")).to_be_focused()


def test_the_list_refreshes_without_losing_the_row_or_what_is_typed(
    page: Page, site: str, identity: str, complaints: list[str]
) -> None:
    page.goto(f"{site}/?daftar=saya")
    page.keyboard.press("j")
    row = page.get_by_role("link", name="Catat identitas pelapor").first
    expect(row).to_be_focused()
    with page.expect_response(lambda answer: "daftar=saya" in answer.url) as caught:
        page.evaluate(REFRESH)
    assert caught.value.request.headers["x-sentra-background"] == "1"
    expect(row).to_be_focused()
    page.fill("#nomor", "B-20")
    with page.expect_response(lambda answer: "daftar=saya" in answer.url):
        page.evaluate(REFRESH)
    expect(page.locator("#nomor")).to_have_value("B-20")
    page.context.clear_cookies()
    page.evaluate(REFRESH)
    expect(page.locator("[data-stale]")).to_be_visible()
    expect(row).to_be_visible()
    assert complaints == []


def test_a_board_stands_still_while_nothing_is_new_and_says_when_it_hears_nothing(
    page: Page, site: str, sign_in: Callable[..., None], complaints: list[str]
) -> None:
    sign_in(username="sari")
    page.goto(f"{site}/papan")
    page.evaluate("document.querySelector('.figures').dataset.mine = 'yes'")
    with page.expect_response(lambda answer: "/papan" in answer.url and answer.status == 204):
        page.evaluate(REFRESH)
    expect(page.locator(".figures[data-mine]")).to_be_visible()

    page.context.set_offline(True)
    page.evaluate(REFRESH)
    expect(page.locator("[data-stale]")).to_be_visible()
    expect(page.locator(".figures[data-mine]")).to_be_visible()
    page.context.set_offline(False)
    page.evaluate(REFRESH)
    expect(page.locator("[data-stale]")).to_be_hidden()
    assert [one for one in complaints if "Failed to fetch" not in one] == []


def test_the_drawing_shows_where_the_case_is_with_the_mark_of_its_makers(
    page: Page, identity: str, complaints: list[str]
) -> None:
    page.click(".task-line a")
    expect(page.locator(".drawing .is-current")).to_have_attribute("data-element-id", "identitas")
    expect(page.locator(".drawing .is-done").first).to_be_visible()
    expect(page.locator(".drawing .bjs-powered-by")).to_be_visible()
    page.get_by_role("button", name="Perbesar").click()
    assert complaints == []


def test_a_page_that_waits_takes_neither_what_is_typed_nor_a_way_just_taken(
    page: Page,
    site: str,
    environment: dict[str, str],
    sign_in: Callable[..., None],
    complaints: list[str],
) -> None:
    with Officer(site, "wati", PASSWORD) as wati, Officer(site, "sari", PASSWORD) as sari:
        wati.sign_in()
        desk = Desk(wati, itertools.count(1))
        desk.begin(1)
        case = desk.serve()
        sari.sign_in()
        queue = sari.inbox("antrean")
        sari.complete(sari.claim(queue, queue.tasks[0]), {"keputusan": "setuju"})
    sign_in(username="wati")
    page.goto(site + case)
    expect(page.locator("[data-wait]")).to_contain_text("Halaman ini melanjutkan sendiri")
    page.get_by_role("searchbox").fill("kelapa")
    with working(environment):
        step = page.locator("[data-wait]").get_by_role("link", name="Lanjutkan")
        expect(step).to_be_visible(timeout=3 * PATIENCE)
    expect(page.locator("[data-wait]")).to_contain_text("Langkah berikutnya sudah siap")
    expect(page.get_by_role("searchbox")).to_have_value("kelapa")
    page.get_by_role("searchbox").fill("")
    page.get_by_role("searchbox").blur()
    expect(page.locator("h1")).to_have_text("Warga membaca dan bertanda tangan")
    assert complaints == []


def test_shortcuts_are_listed_and_do_nothing_while_somebody_types(
    page: Page, site: str, identity: str
) -> None:
    page.focus("[name=nama]")
    page.keyboard.type("g i ?")
    expect(page.locator("[name=nama]")).to_have_value("g i ?")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page.locator("h1")).to_have_text("Beranda")


def test_public_pages_work_on_a_phone_and_show_one_kind(
    page: Page, site: str, complaints: list[str]
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site}/persyaratan")
    page.get_by_role("link", name="BPKB", exact=True).click()
    expect(page.locator("[data-kind]:visible")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert complaints == []


def test_no_page_of_the_desk_is_wider_than_a_small_screen(
    page: Page, site: str, identity: str
) -> None:
    case = page.get_attribute(".task-line a", "href")
    task = identity.removeprefix(site)
    for path in ("/", "/mulai", "/cari", "/akun/sandi", case, f"{case}/kekurangan", task):
        page.goto(f"{site}{path}")
        for width in (320, 390, 768):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
