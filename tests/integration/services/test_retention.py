"""R37: which papers are due by the schedule, and for whom the list shows them (decision 0036)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from archive.blobs import Blobs, BlobStat
from archive.models import Document
from tests.integration.services import retained, scans
from tests.integration.services.retained import Office
from workflow_app.domain import SYSTEM, WITA, AccessLevel, Actor, Conflict, Forbidden, NotFound
from workflow_app.models import Case, CaseKinship, CaseWall
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import classification, documents
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.retention_schedule import Fate
from workflow_app.services.office_settings_admin import document_previews
from workflow_app.services.retention import disposal_lists, holdings, schedule


def hindrances(office: Office, officer: Actor, case_id: UUID, paper: UUID) -> Any:
    """What keeps a paper, how it comes and goes, and what is said of it."""

    def change(value: Callable[[Any], None]) -> Callable[[], None]:
        def act() -> None:
            with office.works.begin(SYSTEM) as work:
                value(work)
                work.session.flush()

        return act

    def held(is_held: bool) -> Callable[[], None]:
        def act() -> None:
            with office.works.begin(office.chief) as work:
                if is_held:
                    classification.place(work, paper, classification.PAPER_HOLD_REASONS[0])
                else:
                    classification.lift(work, paper, classification.REASONS_TO_LIFT[0])

        return act

    def in_force(value: list[dict[str, Any]]) -> Callable[[], None]:
        def act() -> None:
            office.clock.advance(seconds=1)
            retained.set_schedule(office.works, value, now=True)

        return act

    def level(value: int) -> Callable[[], None]:
        return change(lambda work: setattr(work.session.get_one(Document, paper), "level", value))

    def confined(value: str | None) -> Callable[[], None]:
        return change(
            lambda work: setattr(work.session.get_one(Case, case_id), "confined_to", value)
        )

    def demo(value: bool) -> Callable[[], None]:
        def act() -> None:
            office.clock.advance(seconds=1)
            with office.works.begin(SYSTEM) as work:
                configuration.set_value(work, "mode_demo", value, work.clock())

        return act

    settled = in_force(retained.schedule())
    yield held(True), held(False), schedule.HELD
    yield level(AccessLevel.TOP_SECRET), level(AccessLevel.ORDINARY), schedule.TOO_SECRET
    yield confined("piket_propam"), confined(None), schedule.RESTRICTED
    yield in_force(retained.schedule(nasib="permanen")), settled, "Jadwal menetapkannya permanen."
    appraised = "Jadwal menetapkannya dinilai kembali, bukan musnah."
    yield in_force(retained.schedule(nasib="dinilai_kembali")), settled, appraised
    yield in_force(retained.schedule(dokumen="KTP")), settled, schedule.NO_ROW
    child, _ = office.case_paper(officer)
    kin = CaseKinship(child_id=child, parent_id=case_id, reason="Contoh", created_at=office.clock())
    yield change(lambda work: work.session.add(kin)), lambda: office.end(child), schedule.OPEN_KIN
    example = retained.schedule(contoh=True)
    demo(False)()
    yield in_force(example), settled, schedule.EXAMPLE


def test_r37_nothing_is_due_while_something_needs_it(office: Office, budi: Actor) -> None:
    case_id, paper = office.case_paper(budi)
    other_case, _ = office.case_paper(budi)
    assert schedule.OPEN_CASE in retained.obstacles(office, paper)
    office.end(case_id)
    (told,) = retained.obstacles(office, paper)
    assert told.startswith("Masa simpannya sampai")
    with office.works.begin(budi) as work:
        again = documents.upload(
            work,
            other_case,
            element="",
            label="Surat",
            data=documents.content(work, paper, "original").data,
        )
    assert again.id == paper
    office.pass_years(2.1)
    assert retained.obstacles(office, paper) == [schedule.OPEN_CASE], (
        "another case of it still needs it"
    )
    office.end(other_case)
    assert paper not in retained.due(office), "counted from the end of the last one"
    office.pass_years(2.1)
    assert paper in retained.due(office)

    for make, undo, words in hindrances(office, budi, case_id, paper):
        make()
        assert retained.obstacles(office, paper) == [words]
        assert paper not in retained.due(office)
        with pytest.raises((Conflict, NotFound)):
            office.propose(paper)
        undo()
        assert paper in retained.due(office)


def test_r37_a_lock_of_the_store_is_told_with_its_date(office: Office, works: Works) -> None:
    """A store as it is outside of tests: its locks last ten years."""
    with works.begin(SYSTEM) as work:
        paper = holdings.deposit(work, scans.picture(str(uuid4()))).document_id
        assert paper is not None
        sha256 = work.session.get_one(Document, paper).blob_sha256
        until = work.blobs.stat(sha256).locked_until
    assert until is not None and until - datetime.now(UTC) > timedelta(days=3600)
    office.pass_years(2.1)
    assert retained.obstacles(office, paper) == []
    with office.works.begin(office.archivist) as work:
        page = schedule.show(work)
        assert (list(page.papers), page.locked) == ([], 1)
    with pytest.raises(
        Conflict, match=f"menguncinya sampai {formatting.day(until.astimezone(WITA).date())}"
    ):
        office.propose(paper)


def test_r37_the_list_asks_the_store_once_for_each_paper(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was made from a paper is asked about when the paper is chosen."""
    paper = office.deposit()
    office.pass_years(2.1)
    asked: list[str] = []
    stat = Blobs.stat

    def counted(blobs: Blobs, sha256: str) -> BlobStat:
        asked.append(sha256)
        return stat(blobs, sha256)

    monkeypatch.setattr(Blobs, "stat", counted)
    assert retained.due(office) == {paper}
    assert len(asked) == 1
    office.propose(paper)
    assert len(set(asked)) == 3, "the paper, its searchable copy and its small picture"


def test_r37_above_ones_level_and_behind_walls_a_due_paper_is_not_there(
    office: Office, budi: Actor, person: Callable[..., Actor]
) -> None:
    case_id, walled = office.case_paper(budi)
    office.end(case_id)
    secret, plain = office.deposit(), office.deposit()
    office.pass_years(2.1)
    assert retained.due(office) == {walled, secret, plain}
    case = office.propose(secret, plain)
    with office.works.begin(SYSTEM) as work:
        work.session.get_one(Document, secret).level = AccessLevel.SECRET
        wall = {"case_id": case_id, "user_id": office.archivist.user_id, "reason_key": "contoh"}
        work.session.add(CaseWall(since=work.clock(), **wall))
    assert retained.due(office) == set()
    with office.works.begin(person("pamapta_lain", "pamapta")) as work:
        listed = disposal_lists.listed(work, case)
        assert listed is not None
        assert {item.document_id for item in listed.papers} == {secret, plain}, (
            "cleared for secret papers"
        )
    with office.works.begin(SYSTEM) as work:
        work.session.get_one(Document, secret).level = AccessLevel.TOP_SECRET
    with office.works.begin(office.chief) as work:
        listed = disposal_lists.listed(work, case)
        assert listed is not None
        assert ([item.document_id for item in listed.papers], listed.pages) == ([plain], 1)
        hidden = next(no for no in (1, 2) if no != listed.papers[0].no)
        with pytest.raises(NotFound):
            disposal_lists.take_out(work, case, hidden, disposal_lists.REASONS[0])
    with office.works.begin(budi) as work, pytest.raises(Forbidden):
        schedule.show(work)


def test_r37_filters_of_the_list(office: Office) -> None:
    early = office.deposit()
    office.pass_years(1)
    late = office.deposit()
    office.pass_years(3)
    year = office.clock().year
    assert retained.due(office) == {early, late}
    assert retained.due(office, code="R-1") == {early, late}
    assert retained.due(office, code="lain") == set()
    by_year = [retained.due(office, year=year - back) for back in range(4)]
    assert [found for found in by_year if found] == [{late}, {early}]


@pytest.mark.parametrize("fate", [Fate.APPRAISE, Fate.KEEP])
def test_r37_what_is_to_be_appraised_or_kept_for_ever_stands_on_lists_of_its_own_when_its_time_is_over(  # noqa: E501 - a sentence
    office: Office, fate: Fate
) -> None:
    retained.set_schedule(office.works, retained.schedule(nasib=fate.value))
    paper = office.deposit()
    assert retained.due(office, fate=fate) == set(), "its years are not over"
    office.pass_years(2.1)

    for other in Fate:
        assert retained.due(office, fate=other) == ({paper} if other == fate else set())
    with office.works.begin(office.archivist) as work:
        classification.place(work, paper, classification.PAPER_HOLD_REASONS[0])
    assert retained.due(office, fate=fate) == {paper}, "what is held may be looked at too"


def test_of_very_many_papers_it_is_said_that_only_a_part_was_counted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        office.deposit()
    office.pass_years(2.1)
    for looked_at, words in ((2, "2 dokumen"), (1, "1 dokumen di antara 1 dokumen pertama")):
        monkeypatch.setattr(schedule, "LOOKED_AT", looked_at)
        with office.works.begin(office.archivist) as work:
            told = document_previews.of_schedule(work, "", work.clock())
        assert told["Dapat diusulkan musnah, semua"] == [words]


def test_r37_counting_begins_with_the_acceptance_where_the_row_says_so(
    office: Office, budi: Actor
) -> None:
    case_id, paper = office.case_paper(budi)
    retained.set_schedule(office.works, retained.schedule(mulai="diterima_arsip"))
    office.pass_years(1)
    with office.works.begin(SYSTEM) as work:
        documents.shelve(work, work.session.get_one(Case, case_id), "x")
        accepted = work.clock()
    office.pass_years(1)
    office.end(case_id)
    with office.works.begin(SYSTEM) as work:
        term = schedule.standings(work, [paper])[paper].term
        assert term is not None
        assert term.begun == accepted.date()
