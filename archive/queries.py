"""What somebody types as a question to the index: words, phrases and numbers."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY
from sqlalchemy.orm import Mapped

from archive import numbers, words

LENGTH = 200
LOOKED_AT = 10_000
_DASHES = re.compile(r"-[-\s]*-")
_OPERATORS = re.compile(r'"|(?:^|\s)-|\sor\s', re.IGNORECASE)
"""People know them from web search: a phrase, a word that must not be there, one of two."""

_ONLY_NUMBERS = re.compile(r"(?:^|(?<=\s))nomor:\s*", re.IGNORECASE)
"""What follows it is looked for as a number, not as a word."""

_CAPITALS = str.maketrans(ascii_lowercase, ascii_uppercase)
"""Plates are typed in small letters, and every letter keeps its place."""

TsQuery = ColumnElement[Any]
INDONESIAN, SIMPLE = (cast(literal(name), REGCONFIG) for name in ("indonesian", "simple"))


OWN_PLAN = select(
    *(
        func.set_config(name, value, literal(True))
        for name, value in (
            ("plan_cache_mode", "force_custom_plan"),
            ("random_page_cost", "1.1"),
            ("max_parallel_workers_per_gather", "0"),
            ("enable_seqscan", "off"),
            ("jit", "off"),
        )
    )
)
"""For the rest of the transaction. What is best for a rare word is worst for a frequent one, so no plan made for one serves another;
rows are looked up by their keys and never gathered from whole tables, because the planner does not know that looking at the words
of a page means to fetch them from beside its row; and starting helpers takes longer than a search may.
"""


COMMON = text(
    "select unnest(most_common_elems::text::text[]) from pg_stats"
    " where schemaname = 'archive' and tablename = 'page' and attname = 'tsv'"
)
"""Terms of which the planner knows that they are frequent."""


@dataclass(frozen=True, slots=True)
class Question:
    """A search, ready for the database."""

    wanted: TsQuery
    """What a page must hold."""
    marked: TsQuery
    """What is marked on it: more than is wanted, because marking compares stems only."""
    numbers: tuple[frozenset[str], ...] = ()
    """Keys of each number that is asked for."""


def question(typed: str) -> Question | None:
    """The question of what was typed; None when nothing is left of it."""
    text = cleaned(typed)
    if not text:
        return None
    before, *after = _ONLY_NUMBERS.split(text)
    found = list(numbers.numbers_in(" ".join(after).translate(_CAPITALS)))
    if not found:
        return _question(" ".join([before, *after]))
    rest = _question(" ".join([before, *_without(" ".join(after), found)]))
    keys = tuple(number.wanted for number in found)
    if rest is None:
        return Question(_keys(keys), _words(text), keys)
    return Question(_all([rest.wanted, _keys(keys)]), rest.marked, (*rest.numbers, *keys))


def _question(text: str) -> Question | None:
    if not text.strip():
        return None
    if _OPERATORS.search(text):
        return Question(_words(text), _words(text))
    told = words.meaningful(text.split())
    wanted = marked = _told(told)
    if any(words.family_of(word) != [word] or words.is_as_written(word) for word in told):
        marked = _words(" or ".join(form for word in told for form in words.family_of(word)))
    found = list(numbers.numbers_in(" ".join(told).translate(_CAPITALS)))
    if not found:
        return Question(wanted, marked)
    keys = tuple(number.wanted for number in found)
    rest = _without(" ".join(told), found)
    wanted = _either(wanted, _all([*([_told(rest)] if rest else []), _keys(keys)]))
    return Question(wanted, marked, keys)


def cleaned(typed: str) -> str:
    """What was typed without what the database cannot take, and no longer than anybody means it."""
    printable = "".join(character if character.isprintable() else " " for character in typed[:LOOKED_AT])
    # Each dash negates what follows; the database cannot nest so many as somebody can type.
    text = " ".join(_DASHES.sub("-", printable).split())
    if len(text) <= LENGTH:
        return text
    # Cut between words: half a word would be searched as a word of its own.
    return text[:LENGTH].rpartition(" ")[0] or text[:LENGTH]


def _told(told: list[str]) -> TsQuery:
    """All of these words, each in any of its forms."""
    families = [words.family_of(word) for word in told]
    plain = [forms[0] for forms in families if len(forms) == 1 and not words.is_as_written(forms[0])]
    parts = [_words(" ".join(plain))] if plain else []
    parts += [_words(" or ".join(forms)) for forms in families if len(forms) > 1]
    parts += [
        func.plainto_tsquery(SIMPLE, forms[0])
        for forms in families
        if len(forms) == 1 and words.is_as_written(forms[0])
    ]
    return _all(parts)


def _words(text: str) -> TsQuery:
    """By their stems, or as they are written: names have none."""
    return _either(func.websearch_to_tsquery(INDONESIAN, text), func.websearch_to_tsquery(SIMPLE, text))


def _keys(keys: tuple[frozenset[str], ...]) -> TsQuery:
    return lexemes(sorted(frozenset[str]().union(*keys)), " & ")


def lexemes(names: Sequence[str], operator: str) -> TsQuery:
    """Entries of the index, exactly as they are there."""
    return cast(literal(operator.join(map(quote, names))), TSQUERY)


def quote(name: str) -> str:
    """An entry of the index as it is written in a question."""
    escaped = name.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def is_one_of(column: ColumnElement[UUID] | Mapped[UUID], ids: Collection[UUID]) -> ColumnElement[bool]:
    """One parameter, however many they are: `in_` has one for each, which costs more than the search for them."""
    return column == any_(literal(list(ids), ARRAY(Uuid)))


def _all(parts: list[TsQuery]) -> TsQuery:
    first, *others = parts
    for other in others:
        first = first.op("&&")(other)
    return first


def _either(one: TsQuery, other: TsQuery) -> TsQuery:
    return one.op("||")(other)


def _without(text: str, found: list[numbers.Number]) -> list[str]:
    rest = list(text)
    for number in found:
        rest[number.start : number.end] = " " * (number.end - number.start)
    return "".join(rest).split()
