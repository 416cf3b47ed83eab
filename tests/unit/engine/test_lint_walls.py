"""Walls are raised on answers that choose members, and nobody is asked for what he cannot see."""

from tests.unit.engine.complaint import complaint
from tests.unit.engine.folder import Folder
from workflow_app.engine.linting.linter import lint

ROLES = {"petugas", "ka_spkt", "piket_propam"}


def found(folder: Folder) -> set[tuple[str, str]]:
    return {(finding.rule, finding.element) for finding in lint(folder.files(), ROLES)}


def confined_inside() -> Folder:
    """Confined in a subprocess with a boundary: what comes after it, and by the boundary, comes
    after the wall too.
    """
    folder = Folder().start().user("sebelum")
    folder.inside("layanan").start("mulai_layanan").user("terima")
    folder.service("khususkan", "confine", role='"piket_propam"').user("tangani", "piket_propam")
    folder.end("selesai_layanan", None).flow(
        "mulai_layanan", "terima", "khususkan", "tangani", "selesai_layanan"
    )
    folder.outside().message("batal", "pembatalan", on="layanan").user("catat", "ka_spkt")
    folder.user("sesudah", "ka_spkt").choice("akhir").end()
    folder.flow("mulai", "sebelum", "layanan", "sesudah", "akhir", "selesai")
    return folder.flow("batal", "catat", "akhir")


def test_a_sound_process_with_walls_has_no_findings() -> None:
    assert lint(complaint().files(), ROLES) == []


def test_tasks_that_can_follow_are_found_also_outside_of_the_subprocess() -> None:
    assert {element for rule, element in found(confined_inside()) if rule == "confine-task"} == {
        "catat",
        "sesudah",
    }


def test_a_way_back_behind_the_wall_is_found() -> None:
    folder = complaint()
    folder.flows = [flow for flow in folder.flows if flow[0] != "simpulkan"]
    assert ("confine-task", "lapor") in found(folder.flow("simpulkan", "lapor"))
