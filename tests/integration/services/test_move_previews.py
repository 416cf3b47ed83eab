"""What a move would do, told before it is ordered; and who may not be told."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update

from tests.integration.services.moving import (
    REASON,
    begin,
    case_id,
    put_up,
    row,
    service,
    settled,
    without_approval,
)
from workflow_app.domain import SYSTEM, Actor, Conflict, InvalidDefinition
from workflow_app.models import Case, MoveOrder
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.operations import consistency_cases
from workflow_app.services.processes import definition_versions, definitions
from workflow_app.services.workflow import version_migration, version_migration_preview

__all__ = ["case_id"]


def test_r79_what_is_behind_a_wall_is_neither_counted_nor_moved(
    works: Works, case_id: UUID, sari: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        work.session.execute(
            update(Case).where(Case.id == case_id).values(confined_to="piket_propam")
        )
    with works.begin(sari) as work:
        assert version_migration_preview.preview(work, "uji", 2).standings == []
        assert version_migration_preview.count_running(work) == {}
    with pytest.raises(Conflict), works.begin(sari) as work:
        version_migration.order(work, "uji", 2, None, REASON, str(uuid4()))
    with works.begin(SYSTEM) as work:
        order = version_migration.order(work, "uji", 2, None, REASON, str(uuid4()))
    version_migration.carry_out(works, order)
    assert settled(works, order, case_id) == ("moved", "")


def test_r79_what_is_behind_a_wall_is_not_counted_in_an_order_either(
    works: Works, tmp_path: Path, budi: Actor, sari: Actor
) -> None:
    """Neither of who keeps the server, who moves all of them, nor of an own order that was given
    before.
    """
    put_up(works, tmp_path, service())
    _, hidden = begin(works, budi), begin(works, budi)
    put_up(works, tmp_path, service("periksa"))
    with works.begin(SYSTEM) as work:
        order = version_migration.order(work, "uji", 2, None, REASON, str(uuid4()))
        work.session.execute(update(MoveOrder).values(unit=sari.unit))
    version_migration.carry_out(works, order)
    with works.begin(SYSTEM) as work:
        work.session.execute(
            update(Case).where(Case.id == hidden).values(confined_to="piket_propam")
        )
    with works.begin(sari) as work:
        (told,) = version_migration.of_process(work, "uji")
        assert (told.total, len(told.returnable)) == (1, 1)


def test_the_preview_counts_and_says_why(
    works: Works, case_id: UUID, budi: Actor, sari: Actor, tmp_path: Path
) -> None:
    put_up(works, tmp_path, without_approval())
    early = begin(works, budi, recorded=False)
    with works.begin(sari) as work:
        preview = version_migration_preview.preview(work, "uji", 3)
        (newest, oldest) = preview.standings
        assert (newest.version.version, newest.running, preview.movable) == (3, 1, 0)
        assert [number for id, number, _ in newest.kept if id == early]
        assert oldest.reasons.most_common() == [
            ("Langkah “Setujui”, tempat berkas menunggu, tidak ada lagi.", 1)
        ]
        forward = version_migration_preview.preview(work, "uji", 2)
        assert forward.movable == 2


def test_versions_that_cannot_be_read_are_said_so(
    works: Works, case_id: UUID, sari: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, broken = definitions.definition_of, row(works, case_id).definition_id

    def unreadable(work: object, definition_id: UUID) -> object:
        if definition_id == broken:
            raise InvalidDefinition(detail="contoh")
        return real(work, definition_id)  # type: ignore[arg-type]  # as it is called

    monkeypatch.setattr(version_migration_preview, "definition_of", unreadable)
    with works.begin(sari) as work:
        (standing,) = version_migration_preview.preview(work, "uji", 2).standings
        assert list(standing.reasons) == ["Versi lama proses ini tidak dapat dibaca lagi."]


def test_a_state_that_cannot_be_read_hides_no_other_case(
    works: Works, case_id: UUID, budi: Actor, sari: Actor
) -> None:
    other = begin(works, budi)
    with works.begin(SYSTEM) as work:
        work.session.execute(update(Case).where(Case.id == case_id).values(state=b"rusak"))
    with works.begin(sari) as work:
        standings = version_migration_preview.preview(work, "uji", 2).standings
        assert [
            list(standing.reasons) for standing in standings if standing.version.version == 1
        ] == [["Keadaan berkas ini tidak dapat dibaca mesin proses. Hubungi admin."]]
        assert row(works, other).status == "running"


def test_an_order_without_a_job_is_found(works: Works, case_id: UUID, sari: Actor) -> None:
    with works.begin(sari) as work:
        version_migration.order(work, "uji", 2, None, REASON, str(uuid4()))
        assert [f for f in consistency_cases.check(work) if f.kind == "move"] == []
        work.session.execute(text("delete from procrastinate_jobs where task_name = 'move_cases'"))
        assert [f.kind for f in consistency_cases.check(work) if f.kind == "move"] == ["move"]


def test_a_folder_is_foretold_before_it_is_deployed(
    works: Works, case_id: UUID, tmp_path: Path
) -> None:
    for name, content in without_approval().files().items():
        (tmp_path / "baru" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "baru" / name).write_bytes(content)
    with works.begin(SYSTEM) as work:
        found = version_migration_preview.preview_of(work, tmp_path / "baru")
        assert (found.target, found.movable, found.differences > 5) == (None, 0, True)
        assert len(definition_versions.of_process(work, "uji")) == 2


def test_two_versions_are_compared_by_who_looks_after_them(
    works: Works, case_id: UUID, sari: Actor
) -> None:
    with works.begin(sari) as work:
        found = definition_versions.compare(work, "uji", 1, 2)
        assert "Periksa" in {
            one.name for _, group in found.groups for one in group if one.kind == "added"
        }
        (pair,) = found.drawings
        assert pair.after is not None
        assert "periksa" in pair.after["added"]
        assert "<bpmn:definitions" in definition_versions.drawing(work, "uji", 2)
