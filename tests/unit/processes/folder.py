"""The process folders as delivered."""

from functools import cache
from pathlib import Path

from workflow_app.engine.definitions import Definition, load
from workflow_app.engine.process_folders import read_folder

PROCESSES = Path(__file__).parents[3] / "processes"
FOLDERS = sorted(path.parent for path in PROCESSES.glob("*/process.bpmn"))


@cache
def sktlk() -> Definition:
    """The SKTLK process."""
    return load(read_folder(PROCESSES / "sktlk"))


@cache
def tkp_dispatch() -> Definition:
    """Calls to a scene."""
    return load(read_folder(PROCESSES / "tkp_dispatch"))


@cache
def complaint() -> Definition:
    """The complaint process."""
    return load(read_folder(PROCESSES / "complaint"))


@cache
def referral() -> Definition:
    """The referral process."""
    return load(read_folder(PROCESSES / "referral"))


@cache
def digitisation() -> Definition:
    """Paper becomes archive."""
    return load(read_folder(PROCESSES / "digitisation"))


@cache
def disposal() -> Definition:
    """What the retention schedule no longer keeps."""
    return load(read_folder(PROCESSES / "disposal"))


@cache
def lp() -> Definition:
    """The process of police reports."""
    return load(read_folder(PROCESSES / "lp"))


@cache
def sttp() -> Definition:
    """Notices of events."""
    return load(read_folder(PROCESSES / "sttp"))


@cache
def skld() -> Definition:
    """Self-reports of foreigners."""
    return load(read_folder(PROCESSES / "skld"))


@cache
def htck() -> Definition:
    """Requests between functions."""
    return load(read_folder(PROCESSES / "htck"))


@cache
def archive_batch() -> Definition:
    """Boxes of old papers, and the minutes of what was digitised."""
    return load(read_folder(PROCESSES / "archive_batch"))
