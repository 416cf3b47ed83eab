"""Configured values, each from an instant on. What the SOP or the Polres may change is here, never
in code that uses it.

What values of the configuration name of each other, over time: a target the calendar it is
counted by. Pure.

Choices that the office offers (`offered_by`): which options of a form are in service, in which
order, and how they are called.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from workflow_app.domain import Answers, Conflict, Forbidden, InvalidInput, NotFound
from workflow_app.engine.forms import Field, Form
from workflow_app.models import Case, Configuration
from workflow_app.permissions import ROLES, has_role
from workflow_app.services.core import formatting, unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import (
    configuration_keys,
    configuration_plans,
    configuration_titles,
)
from workflow_app.services.office_settings.configuration_keys import OWNERS, Owner
from workflow_app.services.office_settings.configuration_plans import Entry, Retold

SOP_IN_FORCE = datetime(2025, 1, 1, 16, 0, tzinfo=UTC)
"""R82: in force from 2 January 2025, 00.00 WITA."""

INSTANT = timedelta(microseconds=1)
SEED: dict[str, Any] = configuration_keys.SEED
"""What holds until the office says otherwise."""

Kept = Row[*tuple[Any, ...]]
_ALL = select(*Configuration.__table__.columns).order_by(Configuration.valid_from)
READ = "configuration"
SET, WITHDRAWN = "configuration.set", "configuration.withdrawn"


def value(work: UnitOfWork, key: str, at: datetime | None = None) -> Any:
    """The value of `key` in force at `at` (now when left out), or the SOP's seed."""
    return entry(work, key, at).value


def entry(work: UnitOfWork, key: str, at: datetime | None = None) -> Entry:
    """The same with the instant from which it holds."""
    instant = at or work.clock()
    in_force = [row for row in _rows(work).get(key, ()) if row.valid_from <= instant]
    if not in_force:
        return Entry(key, SEED.get(key), SOP_IN_FORCE)
    last = in_force[-1]
    # A name that a later release adds is not in what was set before.
    return Entry(key, configuration_plans.whole(key, last.value, SEED.get(key)), last.valid_from)


def _rows(work: UnitOfWork) -> dict[str, list[Kept]]:
    """Everything that was ever set, by key, oldest first. Read once per unit of work: it is little,
    and pages ask often.
    """
    if READ not in work.session.info:
        told: dict[str, list[Kept]] = {}
        for row in unit_of_work.read(work, _ALL):
            told.setdefault(row.key, []).append(row)
        work.session.info[READ] = told
    known: dict[str, list[Kept]] = work.session.info[READ]
    return known


def set_value(work: UnitOfWork, key: str, new: Any, valid_from: datetime, over: Any = None) -> None:
    """Let `new`, written `over` something, hold from `valid_from` on. Raises `NotFound` for a key
    nobody reads, `InvalidInput` for what does not fit, `Forbidden` when the actor has an account
    and is none of those who may change the key.
    """
    set_values(work, [Entry(key, new, valid_from, over=over)])


def set_values(work: UnitOfWork, entries: Sequence[Entry]) -> list[Entry]:
    """Let all of them hold, or none; they may refer to each other. Later values go on with what
    they change. Returns what was not so before. Raises as `set_value` does.
    """
    lock(work)
    new = accepted(work, entries)
    owners = {each.key: owner(work, each.key).answers for each in new}
    before = {(each.key, each.valid_from): value(work, each.key, each.valid_from) for each in new}
    for each in new:
        _keep(work, each, before[each.key, each.valid_from], owners[each.key])
    work.session.flush()
    work.session.info.pop(READ, None)
    return new


def accepted(work: UnitOfWork, entries: Sequence[Entry]) -> list[Entry]:
    """What would be written so that all of them hold. Nothing is; raises as `set_value` does."""
    new = _to_write(
        work, _retold(work, [replace(one, value=checked(one.key, one.value)) for one in entries])
    )
    for each in new:
        check_changer(work, each.key)
        _check_end(work, each)
        _check_to_come(work, each)
    if faults := _dangling(work, new):
        raise InvalidInput("\n".join(faults))
    return new


def _keep(work: UnitOfWork, new: Entry, before: Any, answers: str) -> None:
    """A value as a row, with its event. One that only goes on with a change stays his who planned
    it.
    """
    row = Configuration(key=new.key, valid_from=new.valid_from, value=new.value, over=new.over)
    row.set_at = new.set_at or work.clock()
    row.set_by = new.set_by if new.set_at else work.actor.user_id
    work.session.merge(row)
    _record(work, SET, new, before, answers)


def _record(work: UnitOfWork, action: str, new: Entry, before: Any, owner: str) -> None:
    chain, at = chain_of(new.key), new.valid_from.isoformat()
    unit_of_work.record(
        work, chain, action, before=before, value=new.value, valid_from=at, owner=owner
    )


def withdraw(work: UnitOfWork, key: str, valid_from: datetime) -> None:
    """Take back a value that is still to come; the one before it goes on, of a map also in those
    that follow. Raises as `set_value` does, `Conflict` when it holds already or is not there any
    more.
    """
    lock(work)
    check_changer(work, key)
    if not is_to_come(work, key, valid_from):
        raise Conflict("Nilai ini sudah berlaku atau sudah ditarik. Muat ulang halaman.")
    row = next(row for row in _rows(work)[key] if row.valid_from == valid_from)
    before = value(work, key, valid_from - INSTANT)
    if key == OWNERS:
        _check_owners(work, row.value, {**SEED[OWNERS], **before})
    carried = _to_write(work, _retold(work, [], key, valid_from))
    were = {each.valid_from: value(work, key, each.valid_from) for each in carried}
    _rows(work)[key] = [other for other in _rows(work)[key] if other is not row]
    if faults := _dangling(work, carried):
        work.session.info.pop(READ, None)
        raise InvalidInput("\n".join(faults))
    answers = owner(work, key).answers
    _record(work, WITHDRAWN, Entry(key, before, valid_from), row.value, answers)
    for each in carried:
        _keep(work, each, were[each.valid_from], answers)
    work.session.delete(work.session.get_one(Configuration, (key, valid_from)))
    work.session.flush()
    work.session.info.pop(READ, None)


def chain_of(key: str) -> str:
    """The chain of the trail on which the changes of a key stand."""
    return f"configuration:{key}"


def lock(work: UnitOfWork) -> None:
    """One change after the other until commit: values name each other, and what is read from here
    on is the newest.
    """
    work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(READ, 0))))
    work.session.info.pop(READ, None)


def checked(key: str, new: Any) -> Any:
    """The value as it may be set. Raises `NotFound` and `InvalidInput` as `set_value` does."""
    _check_known(key)
    fault = configuration_keys.fault(key, new)
    if fault:
        raise InvalidInput(fault)
    return new


def _retold(
    work: UnitOfWork, entries: Sequence[Entry], gone_of: str = "", gone: datetime | None = None
) -> list[Retold]:
    """The values as they would be kept: the new ones, and the later ones that go on with them.
    Raises `InvalidInput` where one of these would say what it cannot.
    """
    found: list[Retold] = []
    for key in dict.fromkeys([each.key for each in entries] or [gone_of]):
        new = [each for each in entries if each.key == key]
        found += configuration_plans.retold(key, _set(work, key), new, gone)
    for one in found:
        if fault := configuration_keys.fault(one.entry.key, one.entry.value):
            start = formatting.moment(one.entry.valid_from)
            raise InvalidInput(
                f"Bersama yang sudah direncanakan, nilai mulai {start} tidak benar. {fault}"
            )
    return found


def _to_write(work: UnitOfWork, found: Sequence[Retold]) -> list[Entry]:
    """Of them those that the configuration does not say yet. Who may say whose a value is does not
    thereby come by values that he may not change: Propam's stay Propam's.
    """
    for one in found:
        if one.entry.key == OWNERS:
            _check_owners(work, one.was, one.entry.value)
    return [one.entry for one in found if one.is_said or not holds(work, one.entry)]


def _check_owners(work: UnitOfWork, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for family in after:
        allowed = owner(work, family).may_change
        seeded = configuration_keys.owner(family)
        was, will = (
            configuration_keys.owner_told(told.get(family), seeded) for told in (before, after)
        )
        if work.actor.user_id is None or was == will or has_role(work.actor, allowed):
            continue
        labels = " atau ".join(role_label(work, role) for role in ROLES if role in allowed)
        raise Forbidden(
            f"Pemilik “{configuration_titles.plain_title(family)}” tidak dapat Anda ubah, "
            "karena pengaturannya hanya dapat "
            f"diubah oleh {labels}. Biarkan bagian itu seperti semula, atau minta yang "
            "mengurus server mengubahnya."
        )


def _check_end(work: UnitOfWork, new: Entry) -> None:
    """What the office has named ends from now on at the earliest: clocks that run were started by
    it.
    """
    if new.value is not None or new.key in SEED or new.valid_from >= work.clock():
        return
    if value(work, new.key, new.valid_from) is not None:
        title = configuration_titles.plain_title(new.key)
        raise InvalidInput(
            f"{title} sudah dipakai sejak waktu itu. Akhiri mulai sekarang atau sesudahnya."
        )


def _check_to_come(work: UnitOfWork, new: Entry) -> None:
    """What a case keeps from its opening on is not changed behind it."""
    if not configuration_keys.is_prospective(new.key) or new.valid_from > work.clock():
        return
    if work.session.scalars(
        select(Case.id).where(Case.opened_at >= new.valid_from).limit(1)
    ).first():
        raise InvalidInput(
            "Sudah ada berkas yang dibuka sejak waktu itu. Tulis waktu sesudah sekarang."
        )


def owner(work: UnitOfWork, key: str) -> Owner:
    """Who answers for a key now, and who may change it."""
    told = value(work, OWNERS).get(key.partition(".")[0])
    return configuration_keys.owner_told(told, configuration_keys.owner(key))


def check_changer(work: UnitOfWork, key: str) -> None:
    """Raise `Forbidden` unless the actor may change the key. The system may: it is who keeps the
    server.
    """
    allowed = owner(work, key).may_change
    if work.actor.user_id is None or has_role(work.actor, allowed):
        return
    labels = " atau ".join(role_label(work, role) for role in ROLES if role in allowed)
    title = configuration_titles.plain_title(key)
    raise Forbidden(f"{title} hanya dapat diubah oleh {labels}. Minta {labels} mengubahnya.")


def list_values(work: UnitOfWork) -> list[Entry]:
    """Every key with the value in force now, those that the office has named behind those of the
    product.
    """
    own = sorted(key for key in _rows(work) if key not in SEED)
    return [entry(work, key) for key in [*SEED, *own]]


def history(work: UnitOfWork, key: str) -> list[Entry]:
    """All values of a key, the ones to come too, oldest first. Raises `NotFound` for a key that
    nobody reads or has named.
    """
    _check_known(key)
    if key not in SEED and key not in _rows(work):
        raise NotFound(
            f"Belum ada pengaturan bernama {key}. Lihat yang ada dengan ./spkt config list."
        )
    return _known(work, key)


def is_to_come(work: UnitOfWork, key: str, at: datetime) -> bool:
    """Is a value planned from that very instant on?"""
    return at > work.clock() and any(row.valid_from == at for row in _rows(work).get(key, ()))


def holds(work: UnitOfWork, entry: Entry) -> bool:
    """Is this what the configuration says already?"""
    known = {each.valid_from: each.value for each in _known(work, entry.key)}
    return entry.valid_from in known and bool(known[entry.valid_from] == entry.value)


def _known(work: UnitOfWork, key: str) -> list[Entry]:
    seeded = [Entry(key, SEED[key], SOP_IN_FORCE)] if key in SEED else []
    return seeded + _set(work, key)


def _set(work: UnitOfWork, key: str) -> list[Entry]:
    """What the office has said of a key, oldest first."""
    rows_of = _rows(work).get(key, ())
    return [
        Entry(key, row.value, row.valid_from, row.set_at, row.set_by, row.over) for row in rows_of
    ]


def _dangling(work: UnitOfWork, new: Sequence[Entry]) -> list[str]:
    """What would be named without being there, once the new values hold."""
    told: dict[str, dict[datetime, Any]] = {key: {ALWAYS: SEED[key]} for key in SEED}
    for key, kept in _rows(work).items():
        if kept:
            told.setdefault(key, {}).update({row.valid_from: row.value for row in kept})
    for each in new:
        told.setdefault(each.key, {})[each.valid_from] = each.value
    return reference_faults({key: sorted(told[key].items()) for key in told})


def _check_known(key: str) -> None:
    if not configuration_keys.is_known(key):
        raise NotFound(f"Tidak ada pengaturan bernama {key}. Yang ada: {', '.join(SEED)}.")


def role_label(work: UnitOfWork, role: str) -> str:
    """What a role is called here and now (Kanit is now Pamapta)."""
    labels: dict[str, str] = value(work, "label_peran")
    return labels.get(role, role)


ALWAYS = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)
Spans = Sequence[tuple[datetime, Any]]
"""Values of one key with the instants from which they hold, oldest first."""


def reference_faults(values: Mapping[str, Spans]) -> list[str]:
    """A sentence for every target that would be counted by a calendar that is not there at some
    time while it holds, and for every calendar that would end before it began.
    """
    never_there = [
        f"{key} belum ada pada waktu itu, jadi tidak dapat diakhiri. Periksa namanya."
        for key, spans in values.items()
        if key.startswith("kalender.") and spans[0][1] is None
    ]
    return never_there + [
        f"{key} memakai kalender {name}, yang tidak ada {_when(missing)}. "
        f"Isi kalender.{name} untuk waktu itu, atau lebih dahulu pilih kalender lain pada {key}."
        for key in values
        if key.startswith("target.")
        for start, end, target in _spans(values[key])
        if isinstance(target, dict)
        for name in [target["kalender"]]
        if (missing := _missing(values.get(f"kalender.{name}", ()), start, end)) is not None
    ]


def _spans(values: Spans) -> Iterator[tuple[datetime, datetime, Any]]:
    """Each value with the instants between which it holds."""
    ends = [start for start, _ in values[1:]] + [END]
    return ((start, end, value) for (start, value), end in zip(values, ends, strict=True))


def _missing(values: Spans, start: datetime, end: datetime) -> datetime | None:
    """The first instant between `start` and `end` at which there is no value."""
    if not values or start < values[0][0]:
        return start
    lacking = (
        max(begin, start)
        for begin, until, value in _spans(values)
        if value is None and until > start
    )
    return next((instant for instant in lacking if instant < end), None)


def _when(instant: datetime) -> str:
    return "sejak awal" if instant == ALWAYS else f"mulai {formatting.moment(instant)}"


CHANNELS = "kanal_pengaduan"


def words(work: UnitOfWork, setting: str, at: datetime | None = None) -> dict[str, str]:
    """All that the office lists, in its order, whether in service or not: code to what it is
    called.
    """
    return {item["kode"]: item["sebutan"] for item in value(work, setting, at)}


def in_service(work: UnitOfWork, setting: str, at: datetime | None = None) -> dict[str, str]:
    """What can be chosen at `at` (now when left out), in the order of the office: code to what it
    is called.
    """
    listed = value(work, setting, at)
    return {item["kode"]: item["sebutan"] for item in listed if item["dilayani"]}


def offered(work: UnitOfWork, form: Form) -> Form:
    """The form with those choices that are in service now."""
    fields = {
        name: replace(field, options=_among(field, in_service(work, field.offered_by)))
        for name, field in form.fields.items()
        if field.offered_by
    }
    return replace(form, fields={**form.fields, **fields}) if fields else form


def worded(work: UnitOfWork, form: Form) -> Form:
    """The form with all its choices, by the words of the office where it lists them: for what was
    answered before.
    """
    fields = {
        name: replace(
            field, options={**field.options, **_among(field, words(work, field.offered_by))}
        )
        for name, field in form.fields.items()
        if field.offered_by
    }
    return replace(form, fields={**form.fields, **fields}) if fields else form


def check(work: UnitOfWork, form: Form, given: Answers) -> dict[str, str]:
    """Answers that are not in service now, with a sentence. What is refused here has another door
    (R17).
    """
    return {
        name: _sentence(_among(field, in_service(work, field.offered_by)))
        for name, field in form.fields.items()
        if field.offered_by
        and name in given
        and given[name] not in in_service(work, field.offered_by)
    }


def _among(field: Field, listed: Mapping[str, str]) -> dict[str, str]:
    return {code: words for code, words in listed.items() if code in field.options}


def _sentence(options: Mapping[str, str]) -> str:
    return f"Pilihan ini sedang tidak dilayani. Pilih yang dilayani: {', '.join(options.values())}."
