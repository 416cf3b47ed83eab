"""The configuration of an office as one file: written out with all its dates, taken in as a whole
or not at all.

The duty roster goes with it: a key per function, a value per period.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from workflow_app.domain import WITA, InvalidInput, SentraError
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration_plans import Entry
from workflow_app.services.roster import rosters
from workflow_app.services.roster.rosters import Shift

OF_THE_DATABASE = frozenset({"mode_demo"})
"""Says how this database began, so it is not carried to another."""
REFUSED = "Tidak ada yang diubah. Perbaiki file ini lalu coba lagi."


def export(work: UnitOfWork) -> str:
    """Every value of every key by the instant from which it holds, and the periods of duty that are
    not over, as JSON.
    """
    values: dict[str, dict[str, Any]] = {
        item.key: {
            _written(entry.valid_from): entry.value
            for entry in _sorted(configuration.history(work, item.key))
        }
        for item in configuration.list_values(work)
        if item.key not in OF_THE_DATABASE
    }
    for shift in rosters.upcoming(work):
        values.setdefault(shift.key, {})[_written(shift.starts_at)] = shift.value
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def take_in(work: UnitOfWork, text: str) -> list[Entry]:
    """Set what the file says and the configuration does not say yet; returns it.

    A value holds as the file writes it. Those that the file does not name stay, and go on with what
    it changes before them. Raises `InvalidInput` with every fault, before anything is set.
    """
    entries: dict[tuple[str, datetime], Entry | Shift] = {}
    faults = []
    for key, start, value in _rows(_read(text)):
        try:
            instant = _instant(start)
            if (key, instant) in entries:
                raise InvalidInput("Saat yang sama tertulis dua kali. Hapus salah satunya.")
            entries[key, instant] = _checked(work, key, instant, value)
        except SentraError as error:
            faults.append(f"{key}, {start}: {error.sentence}")
    if faults:
        raise InvalidInput("\n".join([REFUSED, *faults]))
    shifts = [
        item
        for item in entries.values()
        if isinstance(item, Shift) and not rosters.holds(work, item)
    ]
    try:
        values = [item for item in entries.values() if isinstance(item, Entry)]
        new = configuration.set_values(work, values)
        for shift in shifts:
            rosters.set_period(work, shift)
    except SentraError as error:
        raise type(error)("\n".join([REFUSED, error.sentence])) from error
    return [*new, *(Entry(shift.key, shift.value, shift.starts_at) for shift in shifts)]


def _checked(work: UnitOfWork, key: str, instant: datetime, value: Any) -> Entry | Shift:
    if key in OF_THE_DATABASE:
        raise InvalidInput("Hapus dari file; ini hanya berlaku untuk basis data asalnya.")
    if key.startswith(rosters.PREFIX):
        return rosters.checked(work, key, instant, value)
    return Entry(key, configuration.checked(key, value), instant)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=WITA)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput("Tulis tanggal dan jam seperti 2026-12-01T00:00.") from error


def _sorted(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.valid_from)


def _rows(content: Any) -> Iterable[tuple[str, str, Any]]:
    if not isinstance(content, dict) or not all(
        isinstance(item, dict) for item in content.values()
    ):
        raise InvalidInput(
            'Isi file harus objek seperti {"nama_unit": {"2026-12-01T00:00": "SPKT ..."}}.'
        )
    return [
        (key, start, value) for key, values in content.items() for start, value in values.items()
    ]


def _read(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"File ini bukan JSON yang benar: {error}.") from error


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twins = sorted({name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1})
        raise InvalidInput(
            f"{', '.join(twins)} tertulis dua kali dalam satu objek. Hapus salah satunya."
        )
    return found


def _written(instant: datetime) -> str:
    return instant.astimezone(WITA).isoformat()
