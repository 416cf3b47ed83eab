"""The places that the bar of every page leads to: who has them, under which keys, and which of them stand in the bar itself."""

from collections.abc import Set
from dataclasses import dataclass

from flask import request

from workflow_app.permissions import (
    BAG_ORDERERS,
    BEGINNERS,
    BOARD_READERS,
    CHECKERS,
    DISPOSAL_PROPOSERS,
    INCIDENT_READERS,
    OUTBOX_KEEPERS,
    OVERSEERS,
    PROCESS_KEEPERS,
    PROCESS_READERS,
    PROOF_READERS,
    REPORT_READERS,
    STACK_BRINGERS,
)
from workflow_app.web import session

ROOM = 6
"""So many places stand beside each other in the bar; of more, those that are not of every hour go into its menu, and what is one
too many even so.
"""


@dataclass(frozen=True)
class Place:
    """A place of the site."""

    endpoint: str
    label: str
    key: str
    """Pressed after `g`."""
    roles: Set[str] = frozenset()
    """Who has it; everybody who is signed in where none is named."""
    parts: tuple[str, ...] = ()
    """Blueprints whose pages belong to it, beside that of the endpoint."""
    is_hourly: bool = True
    """People go there all day long."""

    @property
    def is_here(self) -> bool:
        """Does the page of this request belong to it?"""
        return request.blueprint in (self.endpoint.partition(".")[0], *self.parts)


PLACES = (
    Place("inbox.show", "Beranda", "i"),
    Place("processes.choose", "Mulai layanan", "m", BEGINNERS, ("archive_boxes", "boxes")),
    Place("boards.show", "Papan SPKT", "b", OVERSEERS),
    Place("dispatches.board", "Papan TKP", "p", BOARD_READERS),
    Place("search.show", "Cari", "c"),
    Place("stacks.show", "Tumpukan", "t", STACK_BRINGERS),
    Place("checks.show_waiting", "Periksa mutu", "q", CHECKERS),
    Place("process_pages.show_all", "Proses", "s", PROCESS_READERS, ("process_versions",), is_hourly=False),
    Place(
        "process_versions.show_all", "Versi proses", "v", PROCESS_KEEPERS - PROCESS_READERS, is_hourly=False
    ),
    Place("service_reports.show", "Laporan layanan", "l", REPORT_READERS, is_hourly=False),
    Place("disposals.show_due", "Retensi", "r", DISPOSAL_PROPOSERS, is_hourly=False),
    Place("archive_proofs.show", "Keadaan arsip", "a", PROOF_READERS, is_hourly=False),
    Place("bag_orders.show", "Tas arsip", "u", BAG_ORDERERS, is_hourly=False),
    Place("incidents.show_open", "Gangguan", "k", INCIDENT_READERS, is_hourly=False),
    Place("messages.show_outbox", "Kotak keluar", "o", OUTBOX_KEEPERS, is_hourly=False),
)


@dataclass(frozen=True)
class Bar:
    """What the bar of this request shows."""

    places: list[Place]
    """All places of who is signed in."""
    here: Place | None
    """The one to which the page belongs."""
    shown: list[Place]
    """Those that stand beside each other. Where the bar is narrow only the one where he is does; all are in its menu."""


def bar() -> Bar:
    """The places of who is signed in. Where he is stands in the bar always."""
    places = [place for place in PLACES if not place.roles or session.holds(*place.roles)]
    here = next((place for place in places if place.is_here), None)
    if len(places) <= ROOM:
        return Bar(places, here, places)
    first = [place for place in places if place.is_hourly][: ROOM - 1]
    return Bar(places, here, [place for place in places if place in first or place is here])
