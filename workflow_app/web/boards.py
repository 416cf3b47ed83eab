"""The board of all running cases, and the lists behind its figures."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.errors import NotFound
from workflow_app.permissions import OVERSEERS
from workflow_app.services.measuring import board_lists, boards, spans
from workflow_app.services.sop import processes
from workflow_app.services.watching import stoppages, vitals
from workflow_app.web import freshness
from workflow_app.web.access import access
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("boards", __name__, url_prefix="/papan")

LISTS: Mapping[str, tuple[board_lists.Kind, str]] = {
    "berjalan": ("running", "Berkas yang berjalan"),
    "lewat": ("late", "Lewat batas"),
    "jatuh-tempo": ("due_today", "Batasnya hari ini"),
    "persetujuan": ("waiting", "Menunggu persetujuan"),
    "diterima": ("received", "Diterima hari ini"),
    "selesai": ("finished", "Selesai hari ini"),
    "lewat-hari-ini": ("breached", "Melewati batas hari ini"),
    "terukur": ("measured", "Waktu pelayanan yang dihitung"),
    "terlambat": ("measured_late", "Terlambat, dari yang dihitung"),
}
"""How the address names the lists, and their headings."""
OF_PERIOD = ("terukur", "terlambat")


@blueprint.get("")
@access(*OVERSEERS)
def show() -> ResponseReturnValue:
    """The board. Who asks with what he shows already is answered 204 while that is so."""
    days = _days()
    with unit_of_work() as work:
        # A message that is tried again is no event, so the word of the cases does not tell of it.
        signs, stopped = vitals.read(work), stoppages.read(work)
        known = freshness.word(work, signs, days, stopped.messages)
        if freshness.is_known(known):
            return freshness.NOTHING_NEW
        board = boards.read(work, days)
    return render_template(
        "boards/show.html",
        board=board,
        days=days,
        periods=spans.PERIODS,
        known=known,
        vitals=signs,
        stoppages=stopped,
    )


@blueprint.get("/berkas")
@access(*OVERSEERS)
def cases() -> ResponseReturnValue:
    """One page of the cases behind a figure. Every choice on it is part of the address."""
    which, process = request.args.get("isi", "berjalan"), request.args.get("proses") or None
    if which not in LISTS:
        raise NotFound()
    days, after = _days(), request.args.get("setelah")
    kind, heading = LISTS[which]
    with unit_of_work() as work:
        page = board_lists.page(work, kind, process=process, days=days, after=after)
        names = {each.key: each.name for each in processes.list_current(work)}
        clock = next((one for one in spans.clocks(work) if one.process_key == process), None)
    choices = {"isi": which, "proses": process, "hari": days if which in OF_PERIOD else None}
    return render_template(
        "boards/cases.html",
        page=page,
        which=which,
        heading=heading,
        lists=LISTS,
        of_period=OF_PERIOD,
        days=days,
        process=process,
        names=names,
        clock=clock if which in OF_PERIOD else None,
        after=after,
        address=partial(_address, choices),
    )


def _address(current: Mapping[str, Any], **changes: Any) -> str:
    merged = {**current, **changes}
    return url_for("boards.cases", **{key: value for key, value in merged.items() if value})


def _days() -> int:
    typed = request.args.get("hari", "")
    return next((days for days in spans.PERIODS if str(days) == typed), spans.USUAL)
