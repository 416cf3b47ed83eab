"""What a letter declares about tracking (`tracking` in its `.json`): the public words in which the
citizen who holds it reads where the case stands (R36). Nothing but these words, labels of choices
and days ever leaves the house that way.

What a letter declares about publication (`publication` in its `.json`): how the cases that carry it
are counted for the public (R40). A case counts once it has the letter, whatever becomes of the
letter. The drawing of a model for everybody: shapes, names and lines, without expressions,
operations and properties of the engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

from workflow_app.domain import InvalidDefinition
from workflow_app.engine.model import find, parse_xml


@dataclass(frozen=True)
class Mark:
    """A step, or one of its answers."""

    element: str
    field: str = ""


@dataclass(frozen=True)
class Stage:
    """One stage of a case as the public hears of it."""

    title: str
    words: str
    next: str
    """What follows, in words; empty where nothing does."""
    after: tuple[Mark, ...]
    """Reached when one of these steps is done, or one of these answers given; a day that was
    answered is its day.
    """
    state: Mark | None
    """A choice whose newest label is shown while this is the newest stage."""
    promise: Mark | None
    """The day until which the complainant hears again."""
    clock: str
    """Clock whose end is what is promised while it runs; empty where none is."""


@dataclass(frozen=True)
class Tracking:
    """How a case is told to who holds the letter and its secret code."""

    stages: tuple[Stage, ...]
    """In their order; the first is always reached."""
    ended: Mapping[str, str]
    """Outcome to words."""
    held_back: str
    """All that is told of a case that is kept from some members."""


def read_tracking(meta: Mapping[str, Any], name: str) -> Tracking | None:
    """What the settings of a letter declare; None when it carries no code. Raises
    `InvalidDefinition`.
    """
    if "tracking" not in meta:
        return None
    try:
        given = meta["tracking"]
        stages = tuple(_stage(part) for part in given["stages"])
        ended = {str(outcome): _words(words) for outcome, words in given["ended"].items()}
        return Tracking(stages, ended, _words(given["held_back"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidDefinition(detail=f"letters/{name}.json: tracking: {error!r}") from error


def _stage(given: Mapping[str, Any]) -> Stage:
    unknown = set(given) - {"title", "words", "next", "after", "state", "promise", "clock"}
    if unknown:
        raise ValueError(f"unknown {sorted(unknown)}")
    return Stage(
        _words(given["title"]),
        _words(given["words"]),
        str(given.get("next", "")),
        tuple(read_mark(text) for text in given["after"]),
        read_mark(given["state"]) if "state" in given else None,
        read_mark(given["promise"]) if "promise" in given else None,
        str(given.get("clock", "")),
    )


def read_mark(text: str) -> Mark:
    """A step (`tangani`) or one of its answers (`tangani.kabar_berikut`), as a setting writes
    it.
    """
    element, _, field = text.partition(".")
    return Mark(element, field)


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError("empty words")
    return text


@dataclass(frozen=True)
class Counting:
    """By what cases are divided up."""

    channel: tuple[Mark, ...]
    """Choices that say by which way a case came; the newest answer of any of them counts."""
    clock: str
    """It starts when a case is received and stops at the first response; its end is the limit for
    that.
    """


def read_publication(meta: Mapping[str, Any], name: str) -> Counting | None:
    """What the settings of a letter declare; None when its cases are not published. Raises
    `InvalidDefinition`.
    """
    if "publication" not in meta:
        return None
    try:
        given = meta["publication"]
        channel = tuple(read_mark(text) for text in given["channel"])
        if set(given) != {"channel", "clock"} or not channel or not given["clock"]:
            raise ValueError("channel and clock are needed, and nothing else")
        return Counting(channel, str(given["clock"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidDefinition(detail=f"letters/{name}.json: publication: {error!r}") from error


INNER = ("extensionElements", "documentation", "conditionExpression", "ioSpecification")
"""What an element has for the engine or for who models."""


@lru_cache(maxsize=32)
def of(bpmn_xml: str) -> bytes:
    """The model with nothing but what is drawn."""
    root = parse_xml(bpmn_xml.encode(), "process.bpmn")
    for name in INNER:
        for element in find(root, f"//bpmn:{name}"):
            element.getparent().remove(element)
    for event in find(root, "//*[contains(local-name(), 'EventDefinition')]"):
        for child in list(event):
            event.remove(child)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
