"""The list of papers that are due, on pages, and where a disposal begins (R37)."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from tests.integration.conftest import PASSWORD, PROCESSES, TestClock
from tests.integration.services import retained
from tests.integration.web.visitor import Visitor
from workflow_app.app import create_app
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Case
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.processes import definitions
from workflow_app.services.retention import disposal_lists, schedule
from workflow_app.settings import Settings


def test_r37_a_disposal_begins_where_its_papers_are_chosen(
    works: Works, person: Callable[..., Actor], visit: Callable[[str], Visitor]
) -> None:
    person("arsip", "arsiparis")
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, PROCESSES / "disposal")
    archivist = visit("arsip").open("/mulai")
    assert "/mulai/disposal" not in archivist.text
    token = archivist.token()
    assert archivist.follow("Pilih dokumen di Retensi").path == "/retensi"

    sent = archivist.client.post("/mulai/disposal", data={"csrf_token": token, "kunci": "satu"})
    assert (sent.status_code, sent.location) == (302, "/retensi")
    with works.begin(SYSTEM) as work:
        assert work.session.scalar(select(func.count()).select_from(Case)) == 0


@pytest.mark.parametrize(
    ("fate", "title"), [("dinilai_kembali", "Dinilai kembali"), ("permanen", "Permanen")]
)
def test_r37_what_is_to_be_looked_at_is_listed_and_not_to_be_proposed(
    works: Works,
    stage: Stage,
    settings: Settings,
    clock: TestClock,
    person: Callable[..., Actor],
    fate: str,
    title: str,
) -> None:
    arsip, chief = person("arsip", "arsiparis"), person("kaspkt", "ka_spkt")
    office = retained.open_office(works, stage, settings, clock, arsip, chief)
    retained.set_schedule(office.works, retained.schedule(nasib=fate))
    office.deposit()
    office.pass_years(2.1)
    client = create_app(settings, works=office.works).test_client()
    page = Visitor(client).sign_in("arsip", PASSWORD).open("/retensi")
    assert "Tidak ada dokumen yang jatuh tempo" in page.words

    page.follow(title)
    assert ("Dilihat sejak" in page.words, "R-1 Semua" in page.words) == (True, True)
    assert "Usulkan yang dipilih" not in page.words
    assert not [box for box in page.page().iter("input") if box.get("name") == "dokumen"]
    assert "R-1 Semua" in page.submit("Saring", baris="R-1").words
    assert "Tidak ada dokumen yang jatuh tempo" in page.open(f"/retensi?nasib={fate}x").words


def test_r37_a_choice_that_is_refused_on_the_second_page_stays_there(
    works: Works,
    stage: Stage,
    settings: Settings,
    clock: TestClock,
    person: Callable[..., Actor],
    sari: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archivist = person("arsip", "arsiparis")
    office = retained.open_office(works, stage, settings, clock, archivist, sari)
    monkeypatch.setattr(schedule, "AT_ONCE", 1)
    for _ in range(2):
        office.deposit()
    office.pass_years(3)
    page = Visitor(create_app(settings, works=office.works).test_client()).sign_in(
        "arsip", PASSWORD
    )

    page.open("/retensi").follow("Berikutnya")
    second = shown(page)
    assert second != shown(Visitor(page.client).open("/retensi"))
    monkeypatch.setattr(disposal_lists, "MOST", 0)
    page.submit("Usulkan yang dipilih", dokumen=second)

    assert page.answer.status_code == 400
    assert shown(page, is_ticked=True) == second


def test_r79_propam_chooses_from_a_list_of_its_own_that_no_other_address_shows(
    works: Works,
    stage: Stage,
    settings: Settings,
    clock: TestClock,
    person: Callable[..., Actor],
    budi: Actor,
    sari: Actor,
    sktlk: str,
) -> None:
    assert sktlk
    office = retained.open_office(works, stage, settings, clock, person("arsip", "arsiparis"), sari)
    person("propam", "piket_propam")
    case_id, paper = office.case_paper(budi)
    office.end(case_id)
    with office.works.begin(SYSTEM) as work:
        work.session.get_one(Case, case_id).confined_to = "piket_propam"
    plain = office.deposit()
    office.pass_years(3)

    def page_of(name: str) -> Visitor:
        return Visitor(create_app(settings, works=office.works).test_client()).sign_in(
            name, PASSWORD
        )

    archivist, propam = page_of("arsip"), page_of("propam")
    assert shown(archivist.open("/retensi")) == str(plain)
    assert "Khusus" not in archivist.words
    for address in ("/retensi?lingkup=piket_propam", "/retensi?lingkup=ka_spkt"):
        assert archivist.client.get(address).status_code == 403
    assert propam.client.get("/retensi?lingkup=").status_code == 403
    assert shown(propam.open("/retensi")) == str(paper)
    propam.submit("Usulkan yang dipilih", dokumen=str(paper))
    assert "Usulkan pemusnahan" in propam.words
    with office.works.begin(SYSTEM) as work:
        begun = work.session.scalars(select(Case).where(Case.process_key == "disposal")).one()
        assert begun.confined_to == "piket_propam"
        address = f"/berkas/{begun.id}"
    assert archivist.client.get(address).status_code == 404
    assert archivist.client.get(f"{address}/pemusnahan").status_code == 404


def shown(page: Visitor, *, is_ticked: bool = False) -> str:
    """The one paper of a page."""
    boxes = [box for box in page.page().iter("input") if box.get("name") == "dokumen"]
    (value,) = [
        box.get("value") for box in boxes if not is_ticked or box.get("checked") is not None
    ]
    return str(value)


def test_a_number_that_no_list_has_is_not_found(
    visit: Callable[[str], Visitor], budi: Actor, play: Callable[..., object]
) -> None:
    path = f"/berkas/{play('sktlk_ktp', 1)}/pemusnahan"
    officer = visit("budi").open("/")
    for no in (1, 2**31, 2**63):
        sent = officer.client.post(f"{path}/{no}/keluarkan", data={"csrf_token": officer.token()})
        assert sent.status_code == 404
