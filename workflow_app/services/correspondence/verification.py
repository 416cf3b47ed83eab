"""The public answer to a letter's QR: valid, withdrawn or unknown, and nothing about any person (R23)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import select

from workflow_app.models.letter import Letter
from workflow_app.services.ground import codes
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration
from workflow_app.types import WITA

LENGTH = 16
"""80 random bits: cannot be guessed, nor found by trying numbers (pitfall 15)."""


@dataclass(frozen=True)
class Verification:
    """What anyone who holds the code may know."""

    status: Literal["valid", "void", "unknown"]
    unit_name: str
    kind_title: str | None = None
    number: str | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    """Last day of validity, when a validity was configured at issue."""


def new_code() -> str:
    """A fresh random code, in groups: `7K3M-0QXR-...`."""
    return codes.new(LENGTH)


def verify(work: UnitOfWork, code: str) -> Verification:
    """Whether a letter with this code was issued and still holds. Forgives case, spaces, dashes, O for 0, I for 1."""
    unit_name = str(configuration.value(work, "nama_unit"))
    wanted = normalise(code)
    letter = (
        work.session.scalars(select(Letter).where(Letter.verify_code == wanted)).first() if wanted else None
    )
    if letter is None:
        return Verification("unknown", unit_name)
    issued_on = letter.issued_at.astimezone(WITA).date()
    days = letter.frozen.get("masa_berlaku")
    return Verification(
        status="void" if letter.status == "void" else "valid",
        unit_name=unit_name,
        kind_title=letter.title,
        number=letter.number,
        issued_on=issued_on,
        valid_until=issued_on + timedelta(days=days) if days else None,
    )


def normalise(code: str) -> str | None:
    """The code as it is stored, or None when it cannot be one."""
    return codes.normalise(code, LENGTH)
