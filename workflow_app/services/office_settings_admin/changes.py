"""One key of the configuration as the office sees and changes it: its line of time, a new value,
one taken back.

Is a key still as somebody saw it, and who was faster: nothing is changed from a page that is
older than the key.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from workflow_app.domain import WITA, Conflict, InvalidInput, NotFound
from workflow_app.models import AuditEvent
from workflow_app.permissions import has_role
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import (
    configuration,
    configuration_forms,
    configuration_keys,
    configuration_parts,
    configuration_plans,
    configuration_titles,
)
from workflow_app.services.office_settings.configuration import SOP_IN_FORCE
from workflow_app.services.office_settings.configuration_parts import (
    Faults,
    Part,
    Posted,
    Record,
    Told,
    Typed,
)
from workflow_app.services.office_settings.configuration_plans import Entry, Said
from workflow_app.services.office_settings.configuration_titles import Group
from workflow_app.services.office_settings_admin import wording
from workflow_app.services.roster import rosters

ENDED = "tidak dipakai lagi"
LAST_YEAR = 2100
AT_ONCE = timedelta(seconds=1)
"""A value that was to hold from now on holds since so shortly before it was set."""


FEW = 7
"""Lines of a planned value that are shown as a whole; of a longer one those that differ from the
value before it.
"""
GONE = "tidak ada lagi"


@dataclass(frozen=True)
class Value:
    """One value on the line of time."""

    told: Told
    is_shortened: bool
    """Only what differs from the value before it is told."""
    valid_from: datetime | None
    """None for what the product comes with."""
    set_at: datetime | None
    set_by: str
    is_now: bool
    is_to_come: bool


@dataclass(frozen=True)
class KeyPage:
    """All that is shown of one key."""

    key: str
    title: str
    group: Group
    words: str
    answers: str
    changers: str
    form: Part | None
    filled: datetime | None
    """From when the planned value holds that the form is filled with; None for the value in force.
    """
    typed: Typed
    """That value, as the form has it."""
    values: list[Value]
    """The newest first."""
    seen: str
    """What the configuration said of the key when the page was made."""

    @property
    def now(self) -> Value | None:
        """The value in force; None for a name of the office that is only planned."""
        return next((value for value in self.values if value.is_now), None)

    @property
    def to_come(self) -> list[Value]:
        """Those that do not hold yet, the next one first."""
        return [value for value in reversed(self.values) if value.is_to_come]

    @property
    def earlier(self) -> list[Value]:
        """Those that do not hold any more, the newest first."""
        return [value for value in self.values if not (value.is_now or value.is_to_come)]


def page(work: UnitOfWork, key: str, filled: datetime | None = None) -> KeyPage:
    """A key with all its values, the form filled with what is planned from `filled` on, if anything
    is. Raises `NotFound` for a key that has no page, `Forbidden` where the actor may not change it.
    """
    _check(work, key)
    owner = configuration.owner(work, key)
    entries = configuration.history(work, key)
    form = _form(work, key)
    now = configuration.entry(work, key)
    planned = next(
        (one for one in entries if one.valid_from == filled and one.valid_from > work.clock()), None
    )
    offered = (planned or now).value
    return KeyPage(
        key=key,
        title=wording.title(work, key),
        group=configuration_titles.group_of(key),
        words=configuration_keys.words(key),
        answers=configuration.role_label(work, owner.answers),
        changers=wording.roles(work, owner.changers),
        form=_changeable(work, key, form),
        filled=planned.valid_from if planned else None,
        typed={}
        if form is None or is_ended(form, offered)
        else form.typed(configuration_forms.NAME, offered),
        values=list(reversed(_values(work, form, _one_each(entries), now))),
        seen=fingerprint(work, key),
    )


def _values(work: UnitOfWork, form: Part | None, entries: list[Entry], now: Entry) -> list[Value]:
    """The line of time, oldest first."""
    names = users.names_of(work, [entry.set_by for entry in entries])
    found: list[Value] = []
    before: Told = []
    for entry in sorted(entries, key=lambda entry: entry.valid_from):
        whole = told(form, entry.value)
        is_to_come = entry.valid_from > work.clock()
        shown = (
            _differing(before, whole) if is_to_come and can_be_shortened(before, whole) else whole
        )
        found.append(
            Value(
                told=shown,
                is_shortened=shown != whole,
                valid_from=None if entry.valid_from <= SOP_IN_FORCE else entry.valid_from,
                set_at=entry.set_at,
                set_by=names.get(entry.set_by, SERVER) if entry.set_by else SERVER,
                is_now=entry.valid_from == now.valid_from,
                is_to_come=is_to_come,
            )
        )
        before = whole
    return found


def can_be_shortened(before: Told, after: Told) -> bool:
    """Is it enough to tell the lines in which two long values differ? Not where the others change
    places.
    """
    are_in_place = [line for line in before if line in after] == [
        line for line in after if line in before
    ]
    return max(len(before), len(after)) > FEW and before != after and are_in_place


def _differing(before: Told, after: Told) -> Told:
    """What a value tells otherwise than the one before it; all of it where that is nothing."""
    about = {one for one, _ in after}
    come = [line for line in after if line not in before]
    return [*come, *((one, GONE) for one, _ in before if one and one not in about)] or after


def read(
    work: UnitOfWork,
    key: str,
    posted: Posted,
    start: datetime | None,
    filled: datetime | None = None,
) -> tuple[Said, Faults]:
    """What a form said, as it would hold from `start` on, and by input what is wrong with it. The
    form was filled with what holds at `filled` (None, both: now): what it merely repeats of that,
    another change may have planned otherwise. A plan that is brought forward holds as the form
    shows it.
    """
    _check(work, key)
    form = _changeable(work, key, _form(work, key))
    if form is None:
        raise NotFound()
    value, faults = configuration_forms.read(key, form, posted)
    if not faults:
        is_forward = filled is not None and filled > (start or work.clock())
        before, onto = (
            configuration.value(work, key, at) for at in (start if is_forward else filled, start)
        )
        own = configuration_plans.whole(key, value, before)
        return configuration_plans.said(key, before, own, onto), faults
    return Said(value), faults


def told_of(work: UnitOfWork, key: str, value: Any) -> Told:
    """A value of a key in words."""
    return told(_form(work, key), value)


def told(form: Part | None, value: Any) -> Told:
    """A value in words; as it is written where there is no form for it."""
    if form is None:
        return [("", json.dumps(value, ensure_ascii=False))]
    return [("", ENDED)] if is_ended(form, value) else form.told(value)


def is_ended(form: Part, value: Any) -> bool:
    """Has the office ended something that it had named itself?"""
    return value is None and isinstance(form, Record)


def start_of(text: str) -> datetime:
    """The instant that was typed (WITA). Raises `InvalidInput`."""
    try:
        local = datetime.fromisoformat(text.strip())
    except ValueError:
        local = None
    if (
        local is None
        or local.tzinfo is not None
        or not SOP_IN_FORCE.year <= local.year <= LAST_YEAR
    ):
        raise InvalidInput("Tulis tanggal dan jam mulai, seperti 01-12-2026 00.00.")
    return local.replace(tzinfo=WITA).astimezone(UTC)


def plan_of(text: str) -> datetime | None:
    """The instant that a link to a planned value names."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo and SOP_IN_FORCE.year <= found.year <= LAST_YEAR else None


def change(work: UnitOfWork, key: str, said: Said, start: datetime | None, shown: str) -> None:
    """Let what was said hold from `start` on (None: from now), if the key is still as it was
    `shown` to the actor. The same change sent twice is made once; raises `Conflict` when somebody
    else was faster, and as `configuration.set_value` does.
    """
    _check(work, key)
    configuration.lock(work)
    entries = configuration.history(work, key)
    if fingerprint(work, key) != shown:
        newest = max(entry.set_at or SOP_IN_FORCE for entry in entries)
        last = [entry for entry in entries if (entry.set_at or SOP_IN_FORCE) == newest]
        if any(_is_this(work, entry, said.value, start) for entry in last):
            return
        raise Conflict(overtaken(work, key))
    configuration.set_value(work, key, said.value, start or work.clock(), said.over)


def withdraw(work: UnitOfWork, key: str, start: datetime, shown: str) -> bool:
    """Take back a value that is still to come, if the key is still as it was `shown` to the actor;
    returns whether there is anything left of the key. Pressed twice it is done once; raises
    `Conflict` when somebody else was faster, and as `configuration.withdraw`.
    """
    _check(work, key)
    configuration.lock(work)
    if not was_taken_back(work, key, start):
        if configuration.is_to_come(work, key, start) and fingerprint(work, key) != shown:
            raise Conflict(overtaken(work, key))
        configuration.withdraw(work, key, start)
    return any(entry.key == key for entry in configuration.list_values(work))


def _check(work: UnitOfWork, key: str) -> None:
    is_roster = key.startswith(rosters.PREFIX)
    if not configuration_keys.is_known(key) or key in configuration_keys.OF_THE_SITE or is_roster:
        raise NotFound()
    configuration.check_changer(work, key)


def _form(work: UnitOfWork, key: str) -> Part | None:
    return configuration_forms.part(key, wording.known(work))


def _changeable(work: UnitOfWork, key: str, form: Part | None) -> Part | None:
    """Of the owners one says those alone whose values one may change oneself."""
    if form is None or key != configuration_keys.OWNERS:
        return form
    mine = [
        name
        for name in configuration_keys.FAMILIES
        if has_role(work.actor, configuration.owner(work, name).may_change)
    ]
    return configuration_parts.only(form, mine)


def _one_each(entries: list[Entry]) -> list[Entry]:
    """The office may have set a value for the very instant of the product's."""
    return list({entry.valid_from: entry for entry in entries}.values())


def _is_this(work: UnitOfWork, last: Entry, value: Any, start: datetime | None) -> bool:
    is_same = bool(last.value == configuration_plans.whole(last.key, value, last.value))
    is_at_once = last.set_at is not None and abs(last.set_at - last.valid_from) < AT_ONCE
    is_then = is_at_once if start is None else last.valid_from == start
    return last.set_by == work.actor.user_id and is_same and is_then


SERVER = "yang mengurus server"


def fingerprint(work: UnitOfWork, key: str) -> str:
    """All values of a key, and which of them is in force: a form is filled with that one."""
    entries, now = configuration.history(work, key), configuration.entry(work, key)
    known = [(entry.valid_from.isoformat(), str(entry.set_at), entry.value) for entry in entries]
    told = json.dumps([now.valid_from.isoformat(), known], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def overtaken(work: UnitOfWork, key: str) -> str:
    """What somebody is told whose page is older than the key: who changed it last, or took a value
    back.
    """
    last = next(iter(_events(work, key)), None)
    who = users.name_of(work, last.actor_id if last else None) or SERVER
    return (
        f"Pengaturan ini sudah berubah sejak Anda membukanya; yang terakhir mengubah: {who}. "
        "Lihat yang sekarang, lalu ulangi bila masih perlu."
    )


def was_taken_back(work: UnitOfWork, key: str, start: datetime) -> bool:
    """Did the actor himself take the value from `start` on back, and has nobody planned one for
    that instant since?
    """
    events = (
        event for event in _events(work, key) if event.details["valid_from"] == start.isoformat()
    )
    last = next(events, None)
    told = (configuration.WITHDRAWN, work.actor.user_id)
    return last is not None and (last.action, last.actor_id) == told


def _events(work: UnitOfWork, key: str) -> list[AuditEvent]:
    """What the trail tells of a key, the newest first."""
    query = select(AuditEvent).where(AuditEvent.chain == configuration.chain_of(key))
    return list(work.session.scalars(query.order_by(AuditEvent.position.desc())))
