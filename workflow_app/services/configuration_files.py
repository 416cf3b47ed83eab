"""The configuration of an office as one file: written out with all its dates, taken in as a whole or not at all."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from workflow_app.errors import InvalidInput, SentraError
from workflow_app.services import configuration
from workflow_app.services.configuration import SEED, Entry
from workflow_app.services.unit_of_work import UnitOfWork
from workflow_app.types import WITA

OF_THE_DATABASE = frozenset({"mode_demo"})
"""Says how this database began, so it is not carried to another."""


def export(work: UnitOfWork) -> str:
    """Every value of every key by the instant from which it holds, as JSON."""
    values = {
        key: {_written(entry.valid_from): entry.value for entry in _sorted(configuration.history(work, key))}
        for key in SEED
        if key not in OF_THE_DATABASE
    }
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def take_in(work: UnitOfWork, text: str) -> list[Entry]:
    """Set what the file says and the configuration does not say yet; returns it.

    Values that the file does not name stay. Raises `InvalidInput` with every fault, before anything is set.
    """
    entries: dict[tuple[str, datetime], Entry] = {}
    faults = []
    for key, start, value in _rows(_read(text)):
        try:
            entry = _entry(key, start, value)
            if (key, entry.valid_from) in entries:
                raise InvalidInput("Saat yang sama tertulis dua kali. Hapus salah satunya.")
            entries[key, entry.valid_from] = entry
        except SentraError as error:
            faults.append(f"{key}, {start}: {error.sentence}")
    if faults:
        raise InvalidInput("\n".join(["Tidak ada yang diubah. Perbaiki file ini lalu coba lagi.", *faults]))
    new = [entry for entry in entries.values() if not _holds(work, entry)]
    for entry in new:
        configuration.set_value(work, entry.key, entry.value, entry.valid_from)
    return new


def _entry(key: str, start: str, value: Any) -> Entry:
    if key in OF_THE_DATABASE:
        raise InvalidInput("Hapus dari file; ini hanya berlaku untuk basis data asalnya.")
    kept = configuration.checked(key, value)
    try:
        instant = datetime.fromisoformat(start)
        local = instant if instant.tzinfo else instant.replace(tzinfo=WITA)
        return Entry(key, kept, local.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise InvalidInput("Tulis tanggal dan jam seperti 2026-12-01T00:00.") from error


def _holds(work: UnitOfWork, entry: Entry) -> bool:
    known = {each.valid_from: each.value for each in configuration.history(work, entry.key)}
    return entry.valid_from in known and bool(known[entry.valid_from] == entry.value)


def _sorted(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.valid_from)


def _rows(content: Any) -> Iterable[tuple[str, str, Any]]:
    if not isinstance(content, dict) or not all(isinstance(item, dict) for item in content.values()):
        raise InvalidInput('Isi file harus objek seperti {"nama_unit": {"2026-12-01T00:00": "SPKT ..."}}.')
    return [(key, start, value) for key, values in content.items() for start, value in values.items()]


def _read(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"File ini bukan JSON yang benar: {error}.") from error


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twins = sorted({name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1})
        raise InvalidInput(f"{', '.join(twins)} tertulis dua kali dalam satu objek. Hapus salah satunya.")
    return found


def _written(instant: datetime) -> str:
    return instant.astimezone(WITA).isoformat()
