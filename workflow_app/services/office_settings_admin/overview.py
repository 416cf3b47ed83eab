"""What the actor may change: the groups of keys with what holds, what is to come, and what is still
missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workflow_app.domain import Forbidden, NotFound
from workflow_app.permissions import has_role
from workflow_app.services.calendars import calendars
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.letters import letters
from workflow_app.services.office_settings import (
    configuration,
    configuration_forms,
    configuration_keys,
    configuration_titles,
)
from workflow_app.services.office_settings.configuration_parts import spoken
from workflow_app.services.office_settings.configuration_sheets import Known
from workflow_app.services.office_settings.configuration_titles import GROUPS, OTHERS, Group
from workflow_app.services.office_settings_admin import changes, wording
from workflow_app.services.roster import rosters

MOST_LETTERS = 160
"""Of a value in a list."""


@dataclass(frozen=True)
class Row:
    """One key in a list."""

    key: str
    title: str
    """Among those of its group."""
    whole_title: str
    words: str
    """The value in force, shortened."""
    answers: str
    next_at: datetime | None
    """When the next value begins to hold."""
    is_lacking: bool


@dataclass(frozen=True)
class GroupView:
    """A group with the keys that the actor may change."""

    group: Group
    rows: list[Row]

    @property
    def answers(self) -> str:
        """Who answers for them."""
        return ", ".join(dict.fromkeys(row.answers for row in self.rows))

    @property
    def lacking(self) -> int:
        """How many still need something."""
        return sum(row.is_lacking for row in self.rows)


@dataclass(frozen=True)
class Lack:
    """Something that the office still has to enter."""

    sentence: str
    key: str
    """What is missing: a key, or the family of many."""


@dataclass(frozen=True)
class Overview:
    """The first page."""

    groups: list[GroupView]
    to_come: list[Row]
    """Keys with a value that is still to come, the next one first."""
    lacks: list[Lack]


def overview(work: UnitOfWork) -> Overview:
    """All groups that hold something for the actor. Raises `Forbidden` where he may change nothing
    at all.
    """
    if not any(may_change(work, name) for name in configuration_keys.FAMILIES):
        raise Forbidden()
    named = wording.named(work)
    lacks = _lacks(work, named)
    rows = _rows(work, named, {lack.key for lack in lacks})
    groups = [
        GroupView(group, [row for row in rows if configuration_titles.group_of(row.key) == group])
        for group in (*GROUPS, OTHERS)
    ]
    to_come = sorted((row for row in rows if row.next_at), key=lambda row: (row.next_at, row.title))
    return Overview([one for one in groups if one.rows], to_come, lacks)


def group(work: UnitOfWork, name: str) -> GroupView:
    """One group. Raises `NotFound` where there is nothing in it for the actor."""
    found = next((one for one in overview(work).groups if one.group.name == name), None)
    if found is None:
        raise NotFound()
    return found


def may_change(work: UnitOfWork, family: str) -> bool:
    """Does a role of the actor change keys of this family in the browser?"""
    is_of_the_site = family in configuration_keys.OF_THE_SITE
    return not is_of_the_site and has_role(work.actor, configuration.owner(work, family).may_change)


def _rows(work: UnitOfWork, named: Mapping[str, str], lacking: set[str]) -> list[Row]:
    known = wording.known(work)
    return [
        _row(work, entry.key, known, named, entry.key in lacking)
        for entry in configuration.list_values(work)
        if may_change(work, entry.key.partition(".")[0])
    ]


def _row(
    work: UnitOfWork, key: str, known: Known, named: Mapping[str, str], is_lacking: bool
) -> Row:
    told = spoken(
        changes.told(configuration_forms.part(key, known), configuration.value(work, key))
    )
    coming = [
        entry.valid_from
        for entry in configuration.history(work, key)
        if entry.valid_from > work.clock()
    ]
    return Row(
        key=key,
        title=configuration_titles.title(key, named),
        whole_title=configuration_titles.whole_title(key, named),
        words=told if len(told) <= MOST_LETTERS else f"{told[:MOST_LETTERS].rstrip()} …",
        answers=configuration.role_label(work, configuration.owner(work, key).answers),
        next_at=min(coming, default=None),
        is_lacking=is_lacking,
    )


def _lacks(work: UnitOfWork, named: Mapping[str, str]) -> list[Lack]:
    """What `./spkt config check` names, of what the actor may change."""
    found = []
    if may_change(work, "penandatangan"):
        found += [
            Lack(
                (
                    f"{configuration_titles.whole_title(key, named)} masih contoh, jadi suratnya "
                    "tidak terbit."
                ),
                key,
            )
            for key in letters.example_signatories(work)
        ]
    if may_change(work, "kalender"):
        found += [
            Lack(
                f"Hari libur {gap.year} belum dicocokkan dengan SKB 3 Menteri.",
                f"{calendars.PREFIX}{gap.name}",
            )
            for gap in calendars.gaps(work)
        ]
    if may_change(work, "jadwal_piket"):
        found += [Lack(doubt.sentence, "jadwal_piket") for doubt in rosters.doubts(work)]
    return found
