"""What officers typed, kept as hashes outside of the site; and whether the site has stored the same, sealed answers opened."""

import base64
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import Image
from sqlalchemy import text

from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.ground.vault import SealBroken
from workflow_app.services.watching.faults import Fault
from workflow_app.trials.multipart import Fields

Hashes = dict[str, str]
"""Name of a field to the hash of what was typed in it."""

DAY = re.compile(r"(\d{2})-(\d{2})-(\d{4})")
"""A day as people write it; it is stored in the order of ISO."""
MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
"""An instant as browsers send it: local time, without the offset of the counter."""

DRAWING = "data:image/png;base64,"
"""A drawn signature; it is written anew, with the same pixels, before it is stored."""

STORED = text("""
    select submission.token, submission.id, submission.answers, one.data_key, sealed.field_group, sealed.sealed
    from submission
    join service_case one on one.id = submission.case_id
    left join sealed_answers sealed on sealed.submission_id = submission.id
    where submission.token = any(:keys)""")


def hashes(fields: Fields) -> Hashes:
    """What was typed, field by field."""
    return {name: _hash(value) for name, value in fields.items()}


def compare(work: UnitOfWork, typed: Mapping[str, Hashes]) -> Iterator[Fault]:
    """`lost` for each form (by its key) of which a field is not stored as it was typed, or whose seal does not open."""
    stored: dict[str, Hashes] = {key: {} for key in typed}
    for key, submission, answers, data_key, group, sealed in work.session.execute(STORED, {"keys": [*typed]}):
        stored[key] |= _hashes_of(answers)
        if sealed is None:
            continue
        try:
            opened = work.vault.open(bytes(data_key), bytes(sealed), f"answers:{submission}:{group}")
        except SealBroken:
            yield Fault("lost", f"complete {key}", f"The sealed answers of the group {group} do not open.")
        else:
            stored[key] |= _hashes_of(opened)
    for key, wanted in typed.items():
        if differing := sorted(name for name, value in wanted.items() if stored[key].get(name) != value):
            sentence = f"What was typed is not what is stored: {', '.join(differing)}."
            yield Fault("lost", f"complete {key}", sentence)


def _hashes_of(answers: Mapping[str, Any], prefix: str = "") -> Hashes:
    """Answers by the names that their fields have in the form: parts of a line of the checklist too."""
    found: Hashes = {}
    for name, value in answers.items():
        if isinstance(value, dict):
            found |= _hashes_of(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = _hash(value)
    return found


def _hash(value: Any) -> str:
    parts = value if isinstance(value, list) else [value]
    return hashlib.sha256("\n".join(_as_stored(part) for part in parts).encode()).hexdigest()


def _as_stored(value: Any) -> str:
    """One value in one writing, typed or stored."""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    words = str(value)
    if words.startswith(DRAWING):
        return _pixels(words.removeprefix(DRAWING))
    if day := DAY.fullmatch(words):
        return f"{day[3]}-{day[2]}-{day[1]}"
    return f"{words}:00+08:00" if MINUTE.fullmatch(words) else words


def _pixels(picture: str) -> str:
    with Image.open(io.BytesIO(base64.b64decode(picture))) as drawn:
        return f"{drawn.size} {drawn.convert('RGBA').tobytes().hex()}"
