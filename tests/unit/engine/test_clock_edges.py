"""Edges of clocks: what a diagram offers, and which counts."""

from tests.unit.engine.folder import Folder
from tests.unit.engine.play import line
from workflow_app.engine import clocks
from workflow_app.engine.clocks import START
from workflow_app.engine.definitions import Element


def counter() -> dict[str, Element]:
    """Papers complete is the rule; the arrival, and when it was written down, may be chosen."""
    folder: Folder = line()
    for id, properties in {
        "lengkap": {"clock": "a", "edge": "lengkap"},
        "datang": {"clock": "a b", "edge": "datang", "recordedEdge": "dicatat"},
        "lain": {"clock": "c"},
    }.items():
        folder.service(id, "start_clock", clock='"a"')
        folder.nodes[id].properties.update(properties)
    return dict(folder.definition().elements)


def test_a_task_offers_its_edge_and_the_moment_of_recording() -> None:
    elements = counter()
    assert clocks.offered(elements, "a", START) == ("lengkap", "datang", "dicatat")
    assert clocks.offered(elements, "b", START) == ("datang", "dicatat")
    assert clocks.offered(elements, "c", START) == ()


def test_what_is_chosen_decides_which_task_acts_and_by_which_of_its_edges() -> None:
    elements = counter()
    for wanted, lengkap, datang in (
        ("lengkap", "lengkap", None),
        ("datang", None, "datang"),
        ("dicatat", None, "dicatat"),
        ("hantu", "lengkap", None),
    ):
        told = {"mulai": wanted}
        assert clocks.counted(elements, "lengkap", "a", told) == lengkap
        assert clocks.counted(elements, "datang", "a", told) == datang
    assert clocks.counted(elements, "lain", "c", None) == ""
    assert clocks.counted(elements, "datang", "c", None) == "", "it names no edge of this clock"
    assert clocks.is_recorded(elements["datang"], "dicatat")
    assert not clocks.is_recorded(elements["datang"], "datang")
    assert not clocks.is_recorded(elements["lain"], "")
