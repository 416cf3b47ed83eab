"""Cases of the process that disposals of Propam were once: they continue by their stored definition
(R37, R79).

`former/disposal_propam.json` holds the files as an installation of that release has stored them.
"""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.integration.services import retained
from tests.integration.services.desk import PIXEL
from tests.integration.services.retained import APPROVAL, PROPOSAL, Office
from tests.integration.services.test_hidden_disposals import PROPAM, due, ended, sees
from tests.integration.services.walled import complete
from workflow_app.domain import SYSTEM, Actor, Conflict, Forbidden, NotFound
from workflow_app.engine import process_folders
from workflow_app.models import Case, Definition, DefinitionFile, Letter
from workflow_app.services.cases import related_cases
from workflow_app.services.core import unit_of_work
from workflow_app.services.letters import letters
from workflow_app.services.office_settings import configuration_seeds
from workflow_app.services.processes import definitions
from workflow_app.services.reporting import case_status
from workflow_app.services.retention import disposal_lists, schedule
from workflow_app.services.workflow import archive_batches, cases, steps

FORMER = "disposal_propam"
STORED = Path(__file__).parents[1] / "processes" / "former" / f"{FORMER}.json"
HASH = "8ac9a593712b7882069f697eb67e906c1f0fb0b45d918038fd29bb865447052c"
"""Of the folder as it was deployed by the last release that had it."""


@pytest.fixture
def propam(person: Callable[..., Actor]) -> Actor:
    return person("propam_satu", PROPAM)


@pytest.fixture
def other(person: Callable[..., Actor]) -> Actor:
    return person("propam_dua", PROPAM)


@pytest.fixture
def stored(office: Office) -> UUID:
    """The definition as the former release left it in the database; its id."""
    files = {name: text.encode() for name, text in json.loads(STORED.read_text("utf-8")).items()}
    assert process_folders.content_hash(files) == HASH
    with office.works.begin(SYSTEM) as work:
        row = Definition(
            id=uuid4(),
            process_key=FORMER,
            version=1,
            name="Pemusnahan arsip Propam",
            content_hash=HASH,
            is_current=True,
            deployed_at=work.clock(),
            deployed_by=None,
        )
        work.session.add(row)
        work.session.flush()
        work.session.add_all(
            DefinitionFile(definition_id=row.id, path=path, content=content)
            for path, content in files.items()
        )
        return row.id


def begun(office: Office, who: Actor, *papers: UUID) -> UUID:
    """A case as the former release began it: no page does any more."""
    with office.works.begin(who) as work:
        opened = related_cases.open_case(work, FORMER, unit=who.unit)
        steps.settle(work, opened.case, opened.run)
        disposal_lists.choose(work, opened.case.id, papers)
        return opened.case.id


def signed(who: str) -> dict[str, object]:
    return {f"cara_{who}": "gambar", f"tanda_tangan_{who}": PIXEL}


@pytest.mark.usefixtures("stored")
def test_r37_r79_a_case_in_the_middle_goes_on_to_its_end_and_stays_hidden(
    office: Office, budi: Actor, propam: Actor, other: Actor
) -> None:
    (_, paper), (_, more) = ended(office, budi, PROPAM), ended(office, budi, PROPAM)
    office.pass_years(2.1)
    case_id = begun(office, propam, paper)
    with office.works.begin(propam) as work:
        assert [one.case_id for one in archive_batches.open_ones(work, PROPAM)] == [case_id]
        disposal_lists.choose(work, case_id, [more])
    complete(office.works, case_id, "usulkan", propam, PROPOSAL)
    with pytest.raises((Forbidden, Conflict, NotFound)):
        complete(office.works, case_id, "putuskan", propam, APPROVAL)
    back: dict[str, object] = {"putusan_musnah": "kembalikan", "alasan_putusan": "Belum jelas"}
    complete(office.works, case_id, "putuskan", other, back)
    complete(office.works, case_id, "usulkan", propam, PROPOSAL)
    complete(office.works, case_id, "putuskan", other, APPROVAL)
    office.work_off(case_id)
    complete(office.works, case_id, "teken_pengusul", propam, signed("pengusul"))
    complete(office.works, case_id, "teken_penyetuju", other, signed("penyetuju"))
    office.work_off(case_id)

    for stranger in (office.archivist, office.chief, budi):
        assert not sees(office, stranger, case_id)
    with office.works.begin(other) as work:
        view = cases.get(work, case_id)
        assert (view.status, view.outcome, view.process_key) == ("done", "selesai", FORMER)
        assert view.process_name == "Pemusnahan arsip Propam"
        assert [one.process_key for one in case_status.of_cases(work, [case_id])] == [FORMER]
        listed = disposal_lists.listed(work, case_id)
        assert listed is not None
        assert {item.status for item in listed.papers} == {"disposed"}
    with office.works.begin(SYSTEM) as work:
        letter = work.session.scalars(select(Letter).where(Letter.case_id == case_id)).one()
        assert letter.kind == "berita_acara_pemusnahan"
        assert letters.verify(work, letter.verify_code).status == "valid"
        assert list(unit_of_work.verify_chains(work)) == []
    assert due(office, propam, PROPAM) == set()


@pytest.mark.usefixtures("stored")
def test_what_was_a_process_of_its_own_is_not_begun_any_more(
    office: Office, budi: Actor, propam: Actor
) -> None:
    _, paper = ended(office, budi, PROPAM)
    office.pass_years(2.1)
    with office.works.begin(propam) as work:
        assert FORMER not in {service.key for service in definitions.startable(work)}
    with office.works.begin(propam) as work, pytest.raises(NotFound):
        cases.start(work, FORMER)
    with office.works.begin(propam) as work:
        new = archive_batches.begin(work, [paper], str(uuid4()), PROPAM).case_id
        assert (
            work.session.get_one(Case, new).process_key == archive_batches.DISPOSAL_PROPOSAL_PROCESS
        )


@pytest.mark.usefixtures("stored")
def test_a_disposal_is_not_begun_in_a_role_that_one_does_not_have(
    office: Office, propam: Actor
) -> None:
    asked = archive_batches.PROPOSER
    for who, role in ((office.archivist, PROPAM), (propam, "arsiparis"), (propam, "ka_spkt")):
        with office.works.begin(who) as work, pytest.raises(Forbidden):
            cases.start(work, archive_batches.DISPOSAL_PROPOSAL_PROCESS, None, {asked: role})


@pytest.mark.usefixtures("stored")
def test_minutes_of_propam_keep_their_row_of_the_schedule(
    office: Office, budi: Actor, propam: Actor, other: Actor
) -> None:
    (_, former), (_, today) = ended(office, budi, PROPAM), ended(office, budi, PROPAM)
    plain = office.deposit()
    office.pass_years(2.1)
    with office.works.begin(propam) as work:
        new = archive_batches.begin(work, [today], str(uuid4()), PROPAM).case_id
    old = begun(office, propam, former)
    for case_id in (old, new):
        complete(office.works, case_id, "usulkan", propam, PROPOSAL)
        complete(office.works, case_id, "putuskan", other, APPROVAL)
        office.work_off(case_id)
    open_to_all = office.dispose(plain)
    retained.set_schedule(office.works, configuration_seeds.RETENTION, now=True)
    assert [row_of(office, case_id) for case_id in (old, new, open_to_all)] == [
        "C-11",
        "C-11",
        "C-07",
    ]
    without = [row for row in configuration_seeds.RETENTION if row["kode"] != "C-11"]
    retained.set_schedule(office.works, without, now=True)
    assert row_of(office, new) == "C-07"


def row_of(office: Office, case_id: UUID) -> str:
    """The row of the schedule about the minutes of a case."""
    with office.works.begin(SYSTEM) as work:
        printed = work.session.scalars(
            select(Letter.document_id).where(Letter.case_id == case_id)
        ).one()
        assert printed is not None
        term = schedule.standings(work, [printed])[printed].term
        assert term is not None
        return term.row.code
