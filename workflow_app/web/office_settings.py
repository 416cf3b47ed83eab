"""What the office decides: the groups of its configuration, one page for every key, and the preview
before a change is made or taken back.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from workflow_app.domain import WITA, Conflict, Forbidden, InvalidInput
from workflow_app.permissions import LEADS, STAFF_READERS, has_role
from workflow_app.services.office_settings import configuration_forms, configuration_tables
from workflow_app.services.office_settings.configuration_parts import Told, Typed
from workflow_app.services.office_settings.configuration_plans import Said
from workflow_app.services.office_settings_admin import changes, overview, previews
from workflow_app.services.office_settings_admin.changes import KeyPage
from workflow_app.services.office_settings_admin.previews import Preview
from workflow_app.web import requests
from workflow_app.web.requests import access, now, sentra, unit_of_work
from workflow_app.web.responses import status_of

blueprint = Blueprint("configuration", __name__, url_prefix="/pengaturan")

LOOK, SAVE = "lihat", "simpan"
AT_ONCE, LATER = "sekarang", "nanti"
VALUE = configuration_forms.NAME
FILLED = "isi"
"""Names the planned value with which a form was filled."""
NOTHING = [("", "tidak ada")]
MOST_EXAMPLES = 12


@dataclass(frozen=True)
class AdminPage:
    """A page of the office's administration that is not one of keys; it stands on the first page
    beside the groups.
    """

    endpoint: str
    title: str
    about: str
    families: tuple[str, ...] = ()
    """Who may change keys of one of these finds it."""
    roles: frozenset[str] = frozenset()
    """So do these roles."""


ADMIN_PAGES = (
    AdminPage(
        "staff.show_all",
        "Anggota dan peran",
        "Akun, peran sejak sebuah hari, kunci.",
        roles=STAFF_READERS,
    ),
    AdminPage(
        "rosters.show",
        "Jadwal piket",
        "Siapa berjaga dari tiap fungsi, pekan demi pekan.",
        ("jadwal_piket",),
    ),
    AdminPage(
        "calendars.show_all", "Hari libur", "Libur dan cuti bersama tiap tahun.", ("kalender",)
    ),
    AdminPage(
        "absences.show_absence",
        "Penggantian",
        "Siapa tidak di tempat, dan siapa menggantikannya.",
        roles=LEADS,
    ),
)


@blueprint.get("")
@access()
def list_groups() -> ResponseReturnValue:
    """All that the actor may change, group by group."""
    with unit_of_work() as work:
        found = overview.overview(work)
        pages = [
            page
            for page in ADMIN_PAGES
            if has_role(work.actor, page.roles)
            or any(overview.may_change(work, family) for family in page.families)
        ]
    return render_template(
        "configuration/list.html", overview=found, pages=pages, entered_at=_entered_at
    )


def _entered_at(key: str) -> str:
    """Where a key is changed: on the page of its family where there is one, else on its own."""
    family = key.partition(".")[0]
    own = next((page.endpoint for page in ADMIN_PAGES if family in page.families), None)
    return url_for(own) if own else url_for("configuration.show", key=key)


@blueprint.get("/kelompok/<name>")
@access()
def show_group(name: str) -> ResponseReturnValue:
    """The keys of one group."""
    with unit_of_work() as work:
        found = overview.group(work, name)
    return render_template("configuration/group.html", title=found.group.words, view=found)


@blueprint.get("/<key>")
@access()
def show(key: str) -> ResponseReturnValue:
    """One key: what holds, what held, what is to come, and the form for a new value."""
    return _page(key)


@blueprint.post("/<key>")
@access()
def answer(key: str) -> ResponseReturnValue:
    """A button of the form or of the preview: rows come and go, the change is looked at, or
    made.
    """
    posted = {name: request.form.getlist(name) for name in request.form}
    button = request.form.get("tombol", "")
    if (moved := configuration_tables.press(posted, button)) is not None:
        return _page(key, moved)
    if button not in (LOOK, SAVE):
        return _page(key, posted)
    try:
        faults: dict[str, str] = {}
        start, filled = _start(faults), changes.plan_of(request.values.get(FILLED, ""))
        with unit_of_work() as work:
            said, found = changes.read(work, key, posted, start, filled)
        faults = {**found, **faults}
        if faults:
            return _page(key, posted, faults), 400
        return (
            _save(key, said, start) if button == SAVE else _preview(key, said.value, start, posted)
        )
    except (InvalidInput, Forbidden, Conflict) as error:
        return _page(key, posted, {"": error.sentence}), status_of(error)


@blueprint.post("/<key>/tarik")
@access()
def withdraw(key: str) -> ResponseReturnValue:
    """Show what taking back a value does that is still to come, or take it back, as the pressed
    button says.
    """
    start = changes.plan_of(request.form.get("mulai", ""))
    if start is None:
        return _page(key, None, {"": "Muat ulang halaman, lalu tarik lagi."}), 400
    try:
        if request.form.get("tombol") != SAVE:
            return _preview_withdrawal(key, start)
        with unit_of_work() as work:
            is_left = changes.withdraw(work, key, start, request.form.get("dilihat", ""))
    except (InvalidInput, Forbidden, Conflict) as error:
        return _page(key, None, {"": error.sentence}), status_of(error)
    flash("Nilai yang akan datang sudah ditarik. Yang berlaku sekarang tidak berubah.")
    if is_left:
        return redirect(url_for("configuration.show", key=key))
    return redirect(url_for("configuration.list_groups"))


def _start(faults: dict[str, str]) -> datetime | None:
    """From when on the value is to hold; None for at once."""
    when = request.form.get("waktu", "")
    if when == AT_ONCE:
        return None
    if when != LATER:
        faults["waktu"] = "Pilih kapan nilai baru mulai berlaku."
        return None
    try:
        return changes.start_of(request.form.get("mulai", ""))
    except InvalidInput as error:
        faults["mulai"] = error.sentence
        return None


def _save(key: str, said: Said, start: datetime | None) -> ResponseReturnValue:
    with unit_of_work() as work:
        changes.change(work, key, said, start, request.form.get("dilihat", ""))
    flash("Pengaturan tersimpan.")
    return redirect(url_for("configuration.show", key=key))


def _preview(key: str, value: Any, start: datetime | None, posted: Mapping[str, list[str]]) -> str:
    seen = previews.preview(sentra().works, requests.current_actor(), key, value, start)
    with unit_of_work() as work:
        page = changes.page(work, key)
    names = ("waktu", "mulai")
    kept = {
        **configuration_tables.sent(posted, VALUE),
        **{name: list(posted.get(name, ())) for name in names},
        **{name: [request.form.get(name, "")] for name in ("dilihat", FILLED)},
    }
    return _compared(page, seen, start, kept, is_past=start is not None and start <= now())


def _preview_withdrawal(key: str, start: datetime) -> str:
    with unit_of_work() as work:
        page = changes.page(work, key)
    seen = previews.preview_withdrawal(sentra().works, requests.current_actor(), key, start)
    kept = {"mulai": [start.isoformat()], "dilihat": [page.seen]}
    return _compared(page, seen, start, kept, is_withdrawal=True)


def _compared(
    page: KeyPage,
    seen: Preview,
    start: datetime | None,
    kept: Mapping[str, list[str]],
    *,
    is_past: bool = False,
    is_withdrawal: bool = False,
) -> str:
    """How it is without an act and with it, and the button that does it."""
    with unit_of_work() as work:
        before, after = (changes.told_of(work, page.key, one) for one in (seen.before, seen.after))
        later = [
            (
                one.valid_from,
                *_differing(
                    *(changes.told_of(work, page.key, value) for value in (one.before, one.after))
                ),
            )
            for one in seen.later
        ]
    gone, come = _differing(before, after)
    is_shortened = changes.can_be_shortened(before, after)
    return render_template(
        "configuration/preview.html",
        title=page.title,
        page=page,
        preview=seen,
        before=gone if is_shortened else before,
        after=come if is_shortened else after,
        later=later,
        is_shortened=is_shortened,
        most=MOST_EXAMPLES,
        picture=base64.b64encode(seen.picture).decode() if seen.picture else "",
        start=start,
        kept=kept,
        is_past=is_past,
        is_withdrawal=is_withdrawal,
    )


def _differing(before: Told, after: Told) -> tuple[Told, Told]:
    """The lines that stand in one of two values only."""
    gone = [line for line in before if line not in after]
    come = [line for line in after if line not in before]
    return gone or NOTHING, come or NOTHING


def _page(
    key: str, posted: Mapping[str, list[str]] | None = None, faults: Mapping[str, str] | None = None
) -> str:
    with unit_of_work() as work:
        page = changes.page(work, key, changes.plan_of(request.values.get(FILLED, "")))
    typed: Typed = page.typed if posted is None else configuration_tables.sent(posted, VALUE)
    if posted and f"{VALUE}_cari" in posted:
        typed = {**typed, f"{VALUE}_cari": posted[f"{VALUE}_cari"]}
    tomorrow = now().astimezone(WITA).replace(hour=0, minute=0) + timedelta(days=1)
    offered = page.filled.astimezone(WITA) if page.filled else tomorrow
    return render_template(
        "configuration/show.html",
        title=page.title,
        page=page,
        name=VALUE,
        typed=typed,
        faults=faults or {},
        when=(posted or {}).get("waktu", [LATER])[-1],
        start=(posted or {}).get("mulai", [f"{offered:%Y-%m-%dT%H:%M}"])[-1],
    )
