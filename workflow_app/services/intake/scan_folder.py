"""The folder into which the scanner writes: what lies there complete, and where it goes afterwards.
Knows files only.

Everything is named relative to open folders, so that nobody leads us elsewhere with a link. Names
stay in the folder: they may carry people.

What lies complete in the scanner's folder becomes stacks (R39). A job, again and again; killed
anywhere it loses and doubles nothing.

A file is moved only after its bytes are committed. One that is still there is brought again: the
same bytes are the same stack.
"""

import errno
import hashlib
import logging
import os
import stat
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from sqlalchemy import select

from workflow_app.domain import SYSTEM, Away, Busy, Conflict, InvalidInput
from workflow_app.models import User
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.intake import stacks
from workflow_app.services.retention import holdings

TAKEN, REFUSED = "diterima", "ditolak"
QUIET = 15.0
"""Seconds for which a file must not have changed between two looks before it counts as complete."""
LONG_QUIET = 300.0
"""The same for a file that has no end, is empty, or is to be refused: the scanner may only have
paused.
"""
UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".lock", ".swp")
NOT_SCANS = ("thumbs.db", "desktop.ini")
NAME_BYTES = 200
"""Longest name in the folders for what was taken or refused."""
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

Place = tuple[str, str]
"""Name of the subfolder, empty for the folder itself, and of the file."""
State = tuple[int, int, int]
"""Size, time of the last change, and number of a file: the same as long as nobody touches it."""


@dataclass(frozen=True)
class Arrival:
    """A file that has not changed for a while."""

    place: Place
    state: State
    quiet: float
    """Seconds since it was first seen like this."""

    @property
    def unit(self) -> str:
        """The unit whose subfolder it lies in; empty in the folder itself."""
        return self.place[0]

    @property
    def size(self) -> int:
        """Bytes."""
        return self.state[0]

    @property
    def is_long_quiet(self) -> bool:
        """Will nothing more come, as far as anybody can tell?"""
        return self.quiet >= LONG_QUIET


@dataclass
class ScanFolder:
    """One folder, and what was seen there at the last look. Methods raise `OSError` when it is
    away.
    """

    path: Path
    is_kept: bool = True
    """What was taken is moved to `diterima`; else it is deleted."""
    ticks: Callable[[], float] = time.monotonic
    _seen: dict[Place, tuple[State, float]] = field(default_factory=dict)

    def look(self, units: Collection[str] = ()) -> list[Arrival]:
        """Files that are the same as at an earlier look, oldest change first. Links, devices and
        hidden files are passed over.
        """
        now = self.ticks()
        with _folder(self.path) as root:
            found = dict(_files(root, ""))
            for unit in sorted(set(units) - {TAKEN, REFUSED}):
                with suppress(OSError), _inside(root, unit) as folder:
                    found.update(_files(folder, unit))
        before = self._seen
        self._seen = {
            place: (
                state,
                before[place][1] if place in before and before[place][0] == state else now,
            )
            for place, state in found.items()
        }
        arrivals = [
            Arrival(place, state, now - since) for place, (state, since) in self._seen.items()
        ]
        quiet = (arrival for arrival in arrivals if arrival.quiet >= QUIET)
        return sorted(quiet, key=lambda arrival: (arrival.state[1], arrival.place))

    def read(self, arrival: Arrival, limit: int) -> bytes | None:
        """Its bytes, at most one more than `limit`; None when it is gone or was touched
        meanwhile.
        """
        try:
            with self._opened(arrival) as folder, ExitStack() as opened:
                number = os.open(arrival.place[1], FILE, dir_fd=folder)
                file = opened.enter_context(os.fdopen(number, "rb"))
                if _state(os.fstat(number)) != arrival.state:
                    return None
                data = file.read(limit + 1)
                is_same = _state(os.fstat(number)) == arrival.state
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENXIO):
                return None
            raise
        return data if is_same else None

    def accept(self, arrival: Arrival, data: bytes) -> None:
        """Away with a file whose bytes are kept. One that was changed since stays."""
        with self._opened(arrival) as folder:
            if self.is_kept:
                _move(folder, arrival, TAKEN, data)
            elif _is_unchanged(folder, arrival):
                os.unlink(arrival.place[1], dir_fd=folder)

    def refuse(self, arrival: Arrival, data: bytes, sentence: str) -> None:
        """Put a file aside, with the sentence that says why beside it."""
        with self._opened(arrival) as folder:
            _move(folder, arrival, REFUSED, data, sentence)

    def refused(self, units: Collection[str] = ()) -> int:
        """How many files lie in the folders for what was refused, each with its sentence beside
        it.
        """
        count = 0
        with _folder(self.path) as root:
            for unit in {"", *units} - {TAKEN, REFUSED}:
                with (
                    suppress(OSError),
                    _inside(root, unit) as folder,
                    _inside(folder, REFUSED) as aside,
                ):
                    names = {name for (_, name), _ in _files(aside, "")}
                    count += sum(f"{name}.txt" in names for name in names)
        return count

    @contextmanager
    def _opened(self, arrival: Arrival) -> Iterator[int]:
        with _folder(self.path) as root, _inside(root, arrival.unit) as folder:
            yield folder


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    number = os.open(path, FOLDER)
    try:
        yield number
    finally:
        os.close(number)


@contextmanager
def _inside(folder: int, name: str) -> Iterator[int]:
    """A subfolder, never through a link; the folder itself for an empty name."""
    number = os.open(name or ".", FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    try:
        yield number
    finally:
        os.close(number)


@contextmanager
def _made(folder: int, name: str) -> Iterator[int]:
    with suppress(FileExistsError):
        os.mkdir(name, 0o770, dir_fd=folder)
    with _inside(folder, name) as number:
        yield number


def _files(folder: int, unit: str) -> Iterator[tuple[Place, State]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                if _is_scan(entry.name) and entry.is_file(follow_symlinks=False):
                    yield (unit, entry.name), _state(entry.stat(follow_symlinks=False))
            except FileNotFoundError:  # taken away while we look
                continue


def _is_scan(name: str) -> bool:
    small = name.lower()
    return (
        not small.startswith((".", "~"))
        and not small.endswith(UNFINISHED)
        and small not in NOT_SCANS
    )


def _state(found: os.stat_result) -> State:
    return (found.st_size if stat.S_ISREG(found.st_mode) else -1, found.st_mtime_ns, found.st_ino)


def _is_unchanged(folder: int, arrival: Arrival) -> bool:
    try:
        return (
            _state(os.stat(arrival.place[1], dir_fd=folder, follow_symlinks=False)) == arrival.state
        )
    except FileNotFoundError:
        return False


def _move(folder: int, arrival: Arrival, where: str, data: bytes, words: str = "") -> None:
    """Move a file into a folder beside it, and `words` about it before; not one that is gone or was
    changed.
    """
    with _made(folder, where) as aside:
        if not _is_unchanged(folder, arrival):
            return
        name = _free_name(aside, arrival.place[1], hashlib.sha256(data).hexdigest()[:8])
        if words:
            _write(aside, f"{name}.txt", words + "\n")
        with suppress(FileNotFoundError):  # another worker was faster
            os.rename(arrival.place[1], name, src_dir_fd=folder, dst_dir_fd=aside)


def _free_name(folder: int, name: str, mark: str) -> str:
    """Scanners begin again at number one: the same name with other bytes gets a mark of its
    bytes.
    """
    path = PurePath(name)
    plain = _shortened(path.stem, path.suffix)
    return _shortened(path.stem, f"-{mark}{path.suffix}") if _is_there(folder, plain) else plain


def _is_there(folder: int, name: str) -> bool:
    try:
        os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


def _shortened(stem: str, ending: str) -> str:
    """A name that the folder takes, also with `.txt` behind it."""
    room = NAME_BYTES - len(os.fsencode(ending)[:60])
    return os.fsdecode(os.fsencode(stem)[: max(room, 1)]) + os.fsdecode(os.fsencode(ending)[:60])


def _write(folder: int, name: str, text: str) -> None:
    """Whole or not at all."""
    half = f".{name}"
    number = os.open(
        half,
        os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC,
        0o660,
        dir_fd=folder,
    )
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(half, name, src_dir_fd=folder, dst_dir_fd=folder)


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
    """Kinds of errors that files met which have to be looked at by hand: they could not be read,
    kept or moved.
    """


def take_in(works: Works, folder: ScanFolder, *, max_megabytes: int) -> Found:
    """Take in what is complete. Raises `OSError` when the folder is away, `Away` when nothing can
    be kept.
    """
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
            stacks.take_in(
                work, data, unit=arrival.unit or SYSTEM.unit, max_megabytes=max_megabytes
            )
    except Busy:
        return False
    except (InvalidInput, Conflict) as refusal:
        if arrival.is_long_quiet:
            folder.refuse(arrival, data, refusal.sentence)
        return False
    folder.accept(arrival, data)
    return True


def is_whole(data: bytes) -> bool:
    """Does it end as files of its kind do? One of another kind is whole as far as can be seen, an
    empty one is not.
    """
    ends = next((end for beginning, end in ENDS if data.startswith(beginning)), b"")
    return bool(data) and ends in data[-TAIL:]
