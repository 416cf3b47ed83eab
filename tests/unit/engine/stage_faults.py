"""Planted faults in steps whose time counts, and in those from which a clock counts. They are tried
in `test_lint`.
"""

from typing import Any

from tests.unit.engine.folder import Folder
from tests.unit.engine.play import line


def timed(sources: tuple[str, ...] = ("tombol", "radio"), **properties: str) -> Folder:
    """A step that asks for a time and its source."""
    folder = line().form(
        "kerja",
        {
            "arrived_at": {"type": "string", "format": "date-time"},
            "sumber": {"type": "string", "enum": list(sources)},
        },
        {
            "arrived_at": {"widget": "datetime"},
            "sumber": {"widget": "radio", "options": {s: s for s in sources}},
        },
    )
    folder.nodes["kerja"].properties.update(properties)
    return folder


def counted(
    *, reason: dict[str, Any] | None = None, time: dict[str, Any] | None = None, **properties: str
) -> Folder:
    """A step that asks when a citizen came, from when a clock counts, and why that time was
    moved.
    """
    folder = line().form(
        "kerja",
        {"datang": {"type": "string", "format": "date-time"}, "alasan": {"type": "string"}},
        {
            "datang": {"widget": "datetime", "control": True, "default": "opened", **(time or {})},
            "alasan": {
                "widget": "text",
                "personal": "catatan",
                "reason_for": "datang",
                **(reason or {}),
            },
        },
    )
    folder.service("jam", "start_clock", clock='"a" if datang else "b"', at="datang")
    folder.nodes["kerja"].properties.update({"stage": "datang", "startsClock": "a b"} | properties)
    return folder


def written_down(**properties: str) -> Folder:
    """The same, where the office may choose the moment at which the time was written down."""
    folder = edged(edge="kedatangan")
    folder.nodes["jam"].properties.pop("edge")
    folder.nodes["jam"].properties.update(properties)
    return folder


def edged(**properties: str) -> Folder:
    """The same, where the office may choose from which event the clock counts."""
    folder = counted(startsClock="a").service("jam", "start_clock", clock='"a"', at="datang")
    folder.nodes["kerja"].properties.update(properties)
    folder.nodes["jam"].properties.update({"clock": "a", "edge": "kedatangan"})
    return folder


FAULTS: dict[str, tuple[Folder, str, str]] = {
    "a stage without a field for its time": (timed(stage="hantu"), "stage", "kerja"),
    "a stage with another source": (timed(("tombol", "kira_kira"), stage="arrived_at"), "stage",
    "kerja"),
    "a stage that stops an unknown clock": (timed(stage="arrived_at", stopsClock="hantu"), "stage",
    "kerja"),
    "an edge of a clock without a stage": (timed(startsClock="hantu"), "stage", "kerja"),
    "a stand-in of no role": (timed(standIn="hantu"), "stand-in", "kerja"),
    "a stand-in of the own role": (timed(standIn="petugas"), "stand-in", "kerja"),
    "the start of a clock that is no stage": (counted(startsClock=""), "clock-start", "kerja"),
    "the start of a clock beside another stage": (counted(stage="hantu"), "clock-start", "kerja"),
    "the start of a clock that is moved without a reason": (counted(reason={"reason_for": "hantu"}),
    "clock-start", "kerja"),
    "the start of a clock that has edges, and names none": (edged(), "clock-edge", "kerja"),
    "the start of a clock by an edge that it does not have": (edged(edge="hantu"), "clock-edge",
    "kerja"),
    "a moment of recording beside no edge": (written_down(recordedEdge="pencatatan"), "clock-edge",
    "jam"),
    "a moment of recording that is the edge itself": (written_down(edge="kedatangan",
    recordedEdge="kedatangan"), "clock-edge", "jam"),
    "a reason for no time": (counted(reason={"reason_for": "alasan"}), "form-widget", "kerja"),
    "a reason for a time that is not offered": (counted(time={"default": None}), "form-widget",
    "kerja"),
    "a reason that lies open": (counted(reason={"personal": None}), "form-widget", "kerja"),
}  # fmt: skip
