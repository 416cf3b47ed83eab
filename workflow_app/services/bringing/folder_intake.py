"""What lies complete in the scanner's folder becomes stacks (R39). A job, again and again; killed anywhere it loses and doubles nothing.

A file is moved only after its bytes are committed. One that is still there is brought again: the same bytes are the same stack.
"""

import logging
from dataclasses import dataclass, field

from sqlalchemy import select

from workflow_app.errors import Away, Busy, Conflict, InvalidInput
from workflow_app.models.user import User
from workflow_app.services.bringing import stacks
from workflow_app.services.bringing.scan_folder import Arrival, ScanFolder
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.keeping import holdings
from workflow_app.types import SYSTEM

log = logging.getLogger(__name__)

MOST_AT_ONCE = 50
"""Files in one run; the next ones come with the next."""
ENDS = ((b"%PDF", b"%%EOF"), (b"\xff\xd8\xff", b"\xff\xd9"), (b"\x89PNG", b"IEND"))
"""How files of some kinds begin, and what stands at the end of a whole one."""
TAIL = 2048


@dataclass
class Found:
    """What a run came upon."""

    taken: int = 0
    refused: int = 0
    """Files that lie in the folders for what was refused, also from earlier runs."""
    faults: list[str] = field(default_factory=list)
    """Kinds of errors that files met which have to be looked at by hand: they could not be read, kept or moved."""


def take_in(works: Works, folder: ScanFolder, *, max_megabytes: int) -> Found:
    """Take in what is complete. Raises `OSError` when the folder is away, `Away` when nothing can be kept."""
    with works.begin(SYSTEM) as work:
        units = set(work.session.scalars(select(User.unit).distinct()))
    found = Found()
    for arrival in folder.look(units):
        if found.taken >= MOST_AT_ONCE:
            break
        try:
            found.taken += _take(works, folder, arrival, max_megabytes)
        except Away:
            raise
        except Exception as error:  # one file must not keep the others waiting
            found.faults.append(type(error).__name__)
    found.refused = folder.refused(units)
    if found.faults:
        log.warning(
            "%d files of the scanner's folder could not be taken: %s",
            len(found.faults),
            ", ".join(sorted({*found.faults})),
        )
    return found


def _take(works: Works, folder: ScanFolder, arrival: Arrival, max_megabytes: int) -> bool:
    if too_large := holdings.refuse_size(arrival.size, max_megabytes):
        if arrival.is_long_quiet:
            folder.refuse(arrival, str(arrival.state).encode(), too_large.reason)
        return False
    data = folder.read(arrival, max_megabytes * 1_000_000)
    if data is None or (not is_whole(data) and not arrival.is_long_quiet):
        return False
    try:
        with works.begin(SYSTEM) as work:
            stacks.take_in(work, data, unit=arrival.unit or SYSTEM.unit, max_megabytes=max_megabytes)
    except Busy:
        return False
    except (InvalidInput, Conflict) as refusal:
        if arrival.is_long_quiet:
            folder.refuse(arrival, data, refusal.sentence)
        return False
    folder.accept(arrival, data)
    return True


def is_whole(data: bytes) -> bool:
    """Does it end as files of its kind do? One of another kind is whole as far as can be seen, an empty one is not."""
    ends = next((end for beginning, end in ENDS if data.startswith(beginning)), b"")
    return bool(data) and ends in data[-TAIL:]
