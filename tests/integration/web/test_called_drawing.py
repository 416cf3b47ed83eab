"""The case page shows the drawing of a called process beside that of the case, once the case has
entered it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.integration.web import desk
from tests.integration.web.visitor import Visitor
from tests.unit.engine.calls import calling, on_disk, small
from workflow_app.domain import SYSTEM, Actor
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import cases


def boxes(visitor: Visitor) -> list[Any]:
    return [part for part in visitor.page().iter("div") if part.get("data-drawing")]


def test_both_drawings_are_served_with_their_marks_to_who_may_see_the_case(
    works: Works,
    budi: Actor,
    person: Callable[..., Actor],
    visit: Callable[[str], Visitor],
    tmp_path: Path,
) -> None:
    called = small()
    person("asing", "petugas", unit="lain")
    on_disk(called, tmp_path)
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, on_disk(calling(called), tmp_path))
    with works.begin(budi) as work:
        case_id = cases.start(work, "induk").case_id

    visitor = visit("budi").open(f"/berkas/{case_id}")
    own, inner = boxes(visitor)
    assert (
        own.get("data-current").split()
        == inner.get("data-current").split()
        == ["kecil_kerja", "panggil_0"]
    )
    assert "kecil_mulai" in inner.get("data-done").split()
    assert b'id="kecil"' in visitor.client.get(inner.get("data-drawing")).data
    assert b'id="induk"' in visitor.client.get(own.get("data-drawing")).data
    assert visitor.client.get(f"/berkas/{case_id}/gambar.bpmn?proses=lain").status_code == 404
    assert visit("asing").client.get(inner.get("data-drawing")).status_code == 404


def test_a_case_that_calls_nothing_shows_one_drawing(at_desk: Visitor) -> None:
    desk.begin(at_desk)
    at_desk.follow("B-2026-000001")
    assert len(boxes(at_desk)) == 1
