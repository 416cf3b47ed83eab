"""No word that outlives the program changes by a rename: it needs a migration, or it is new."""

from collections.abc import Mapping

import pytest

from tests.architecture import persisted_words, spoken
from tests.architecture.persisted_words import COMMAND, FILE, SECTIONS
from workflow_app.migrations import commands
from workflow_app.services.core import unit_of_work

CODE = persisted_words.now()
REVISION, KEPT = persisted_words.kept()


def sentence(section: str, gone: list[str], new: list[str]) -> str:
    """What to do, when the code and the file say different words."""
    what = "\n".join([*(f"- {word}" for word in gone), *(f"+ {word}" for word in new)])
    advice = (
        "Words that stand in databases, queues, stored objects, files or on paper have changed. "
        f"Put them back, or add a migration in the same change (the file names {REVISION} as the "
        f"newest one) that carries what was written under the old words, and then run: {COMMAND}"
        if gone
        else f"These words are new. If they are meant to last, run: {COMMAND}"
    )
    return f"{section}:\n{what}\n{advice}"


@pytest.mark.parametrize("section", SECTIONS)
def test_words_that_outlive_the_program_are_those_of_the_file(section: str) -> None:
    code, kept = CODE[section], KEPT.get(section, [])
    gone = [word for word in kept if word not in code]
    new = [word for word in code if word not in kept]

    assert not gone and not new, sentence(section, gone, new)


def test_the_file_has_these_sections_and_each_says_something() -> None:
    assert list(KEPT) == list(SECTIONS)
    assert [name for name, words in CODE.items() if len(words) < 4] == []


def test_the_file_names_the_newest_migration() -> None:
    assert commands.head() == REVISION, f"A migration was added. Run: {COMMAND}"


def test_every_action_of_the_audit_log_is_known_before_the_program_runs() -> None:
    """An action that is put together while the program runs would not stand in the file."""
    for writer in (unit_of_work.record, unit_of_work.record_case, unit_of_work.Happening):
        assert [word for word in spoken.words(writer, "action") if spoken.UNKNOWN in word] == []


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ({"roles": ["admin"]}, {"roles": ["admin", "auditor"]}, []),
        ({"roles": ["admin"]}, {"roles": ["operator"]}, ["roles: admin"]),
        ({"roles": ["admin"]}, {}, ["roles: admin"]),
    ],
)
def test_only_words_that_vanish_need_a_migration(
    before: Mapping[str, list[str]], after: Mapping[str, list[str]], gone: list[str]
) -> None:
    assert persisted_words.vanished(before, after) == gone


def test_the_file_is_as_the_command_writes_it() -> None:
    assert FILE.read_text(encoding="utf-8") == persisted_words.written(KEPT, REVISION)
