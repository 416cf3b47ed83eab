"""Who reads a value of the configuration: places, processes with their steps, and how many open
cases still come there.
"""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from workflow_app.models import Case
from workflow_app.services.calendars import calendars
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration, configuration_readers
from workflow_app.services.office_settings_admin import samples
from workflow_app.services.office_settings_admin.wording import Turn
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import definition_of


@dataclass(frozen=True)
class Reader:
    """A process that reads a value."""

    process: str
    steps: list[str]
    """By name, in the order of the drawing."""
    passed: int
    """Open cases that have done one of them."""
    ahead: int
    """Open cases that have done none."""

    @property
    def open(self) -> int:
        """All its open cases."""
        return self.passed + self.ahead


@dataclass(frozen=True)
class Readers:
    """All who read a value."""

    place: str
    """Beside the steps; a sentence."""
    processes: list[Reader]

    @property
    def passed(self) -> int:
        """Open cases of all of them."""
        return sum(one.passed for one in self.processes)

    @property
    def ahead(self) -> int:
        """Open cases of all of them."""
        return sum(one.ahead for one in self.processes)


def of(work: UnitOfWork, key: str) -> Readers:
    """Who reads a key; open cases are those of the unit that the actor may know of, by the version
    that each of them runs in.
    """
    keys = {key, *_counted_by(work, key)}
    passed, ahead = Counter[str](), Counter[str]()
    query = select(Case.process_key, Case.definition_id, Case.passed, func.count())
    query = query.where(*samples.open_cases(work)).group_by(
        Case.process_key, Case.definition_id, Case.passed
    )
    for process, definition_id, done, count in work.session.execute(query):
        if steps := configuration_readers.steps(definition_of(work, definition_id), keys):
            is_done = not {step.id for step in steps}.isdisjoint(done or ())
            (passed if is_done else ahead)[process] += count
    found = []
    for definition in definitions.current_definitions(work):
        names = [step.name or step.id for step in configuration_readers.steps(definition, keys)]
        if names or passed[definition.key] or ahead[definition.key]:
            told = list(dict.fromkeys(names))
            found.append(
                Reader(definition.name, told, passed[definition.key], ahead[definition.key])
            )
    family = key.partition(".")[0]
    return Readers(
        configuration_readers.PLACES.get(family, ""), sorted(found, key=lambda one: one.process)
    )


def kept(readers: Readers, turn: Turn) -> list[str]:
    """What open cases keep, and what takes the new value."""
    if not readers.processes:
        return [
            (
                f"Nilai {turn.which} dipakai untuk semua yang dikerjakan {turn.since}, juga pada "
                "berkas yang sudah terbuka."
            )
        ]
    return [
        (
            f"{readers.passed} berkas terbuka sudah melewati langkah yang membaca nilai ini; yang "
            "sudah dibaca tidak berubah."
        ),
        (
            f"{readers.ahead} berkas terbuka belum sampai di sana. Langkah yang dijalankan "
            f"{turn.since} memakai yang {turn.which}."
        ),
    ]


def _counted_by(work: UnitOfWork, key: str) -> set[str]:
    """The targets that are counted by a calendar: whoever starts their clocks reads it."""
    if not key.startswith(calendars.PREFIX):
        return set()
    name = key.removeprefix(calendars.PREFIX)
    targets = {
        each.key: each.value
        for each in configuration.list_values(work)
        if each.key.startswith("target.")
    }
    return {
        target
        for target, told in targets.items()
        if isinstance(told, dict) and told["kalender"] == name
    }
