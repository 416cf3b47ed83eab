"""The inbox: what waits for me, for my roles, and all I may see."""

from functools import partial
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.permissions import LEADS, has_role
from workflow_app.services.accounts import absences
from workflow_app.services.case_file import inbox
from workflow_app.services.days import calendars, duties, rosters
from workflow_app.services.sop import processes
from workflow_app.services.watching import stoppages, vitals
from workflow_app.web.access import access
from workflow_app.web.transaction import unit_of_work

blueprint = Blueprint("inbox", __name__)

TABS: dict[inbox.Tab, str] = {"mine": "Tugas saya", "queue": "Antrean peran saya", "all": "Semua"}
WORDS: dict[str, inbox.Tab] = {"saya": "mine", "antrean": "queue", "semua": "all"}
"""How the address names the lists."""
LONGEST_NUMBER = 60


@blueprint.get("/")
@access()
def show() -> ResponseReturnValue:
    """One page of one list. Every choice on it is part of the address, so that it can be shared."""
    chosen = request.args.get("daftar")
    process, after = request.args.get("proses") or None, request.args.get("setelah")
    number = request.args.get("nomor", "").strip()[:LONGEST_NUMBER]
    with unit_of_work() as work:
        tab = WORDS.get(chosen or "", "mine")
        page = inbox.page(work, tab, query=number, process=process, after=after)
        if chosen is None and not number and not page.rows and page.counts["queue"]:
            tab = "queue"
            page = inbox.page(work, tab, process=process)
        services = processes.concerning(work)
        notices = [
            *((notice, "", "") for notice in absences.notices(work)),
            (calendars.notice(work), "calendars.show_all", "Buka Hari libur"),
            (rosters.notice(work), "rosters.show", "Buka Jadwal piket"),
        ]
        relief = duties.relief(work)
        signs = vitals.read(work) if has_role(work.actor, LEADS) else None
        stopped = stoppages.read(work)
    word = next(key for key, value in WORDS.items() if value == tab)
    address = partial(_address, {"daftar": word, "proses": process, "nomor": number, "setelah": after})
    return render_template(
        "inbox/show.html",
        tab=tab,
        tabs=TABS,
        page=page,
        services=services,
        process=process,
        after=after,
        address=address,
        notices=[notice for notice in notices if notice[0]],
        relief=relief,
        vitals=signs,
        stoppages=stopped,
    )


def _address(current: dict[str, str | None], **changes: Any) -> str:
    """The address of this list with some of its choices changed; None removes one."""
    merged = {**current, **changes}
    words = {value: key for key, value in WORDS.items()}
    merged["daftar"] = words.get(merged["daftar"], merged["daftar"])
    return url_for("inbox.show", **{key: value for key, value in merged.items() if value})
