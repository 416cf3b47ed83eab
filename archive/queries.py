"""Search queries: the words, phrases and numbers a user types, as queries to the index.

Numbers have keys that do not depend on their notation or on misread digits. OCR takes O for 0, I
and l for 1, S for 5, B for 8, so similar characters are one character in a key, in the document and
in a search. A letter number is found by any of its parts, a NIK or telephone number with and
without gaps, a plate with and without spaces, a date in figures and in words; all of them also
across a line break. A key begins with a character with which no word of the index begins.

Words are searched together with other forms of their root, because PostgreSQL's Indonesian stemmer
removes affixes one by one without a dictionary: `penipuan` becomes `ipu`, but `tipu` stays;
`kepala` becomes `pala`. PySastrawi knows 30,000 roots. Only forms with another stem in the database
are added, so the index stays unchanged and pages need not be read again. Of 1,342 pairs of forms of
50 words of the counter the database alone finds 73 in 100, with these forms all of them. This is
the only module that uses PySastrawi and snowballstemmer.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY
from sqlalchemy.orm import Mapped

MOST_KEYS = 600
"""Keys of one page; a table of figures has a few hundred."""
LONGEST = 40

_FOLDED = str.maketrans("OILSB|!", "0115811")
_DIGIT = r"[0-9OoIlSB]"
_MONTHS = (
    "januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september",
    "oktober", "november", "desember",
)  # fmt: skip
_MONTH = {name[:3]: number for number, name in enumerate(_MONTHS, start=1)} | {"nop": 11, "agt": 8}
_WORD = r"\w+(?:[/.\-]+\w+)*"
_TOKEN = re.compile(rf"\+|{_WORD}")
_DATE = rf"{_DIGIT}{{1,2}}[-/.]{_DIGIT}{{1,2}}[-/.]{_DIGIT}{{4}}"
_SPANS = re.compile(
    rf"""
      (?<!\w)(?P<day>{_DIGIT}{{1,2}})\s+(?P<month>[A-Za-z]{{3,9}})\s+(?P<year>{_DIGIT}{{4}})(?!\w)
    | (?<![\w/.-])(?P<d>{_DIGIT}{{1,2}})(?P<by>[-/.])(?P<m>{_DIGIT}{{1,2}})(?P=by)
      (?P<y>{_DIGIT}{{4}})(?!\w|[-/.]\w)
    | (?<![\w/.-])(?P<iso>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?!\w|[-/.]\w)
    | (?<!\w)(?P<plate>[A-Z]{{1,2}}[ \n]?{_DIGIT}{{1,4}}[ \n]?[A-Z]{{1,3}})(?![\w/])
    | (?<![\w/.-])(?P<grouped>\+?{_DIGIT}{{2,}}(?:(?:[ .]|-?\n|-)(?!{_DATE}){_DIGIT}{{2,}}){{1,9}})
      (?!\w|[-/.]\w)
    | (?<!\w)(?=\S*[0-9]){_WORD}
    """,
    re.VERBOSE,
)
_PIECE = re.compile(r"[^\W_]+")
_HAS_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text, with its search keys."""

    start: int
    end: int
    wanted: frozenset[str]
    """Keys that a search for it requires, all of them."""
    kept: frozenset[str]
    """Keys under which a document with it is found."""


def numbers_in(text: str) -> Iterator[Number]:
    """Yield every number, from left to right."""
    position = 0
    while match := _SPANS.search(text, position):
        number = _written_in_parts(match)
        position = match.end()
        # A match that proves to be no date or plate begins with a word, which is examined by
        # itself.
        if number is None and (token := _TOKEN.match(text, match.start())) is not None:
            number, position = _of_token(token), token.end()
        if number is not None:
            yield number


def places(text: str, asked: Iterable[frozenset[str]]) -> list[tuple[int, int]]:
    """Return the spans of the numbers with these keys: whole numbers if present, otherwise
    consecutive pieces of one, otherwise all parts of it.
    """
    found = set[tuple[int, int]]()
    there = list(numbers_in(text))
    for keys in asked:
        some = [number for number in there if number.kept & keys]
        whole = [_narrowest(text, number, keys) for number in some if keys <= number.kept]
        found.update(
            whole or _in_pieces(text, some, keys) or ((one.start, one.end) for one in some)
        )
    return sorted(found)


def _narrowest(text: str, number: Number, keys: frozenset[str]) -> tuple[int, int]:
    """Return the span of the number without neighbouring text that was taken for a part of it."""
    for token in _TOKEN.finditer(text, number.start, number.end):
        if keys <= frozenset(_pieces(_PIECE.findall(token[0]))):
            return token.span()
    return number.start, number.end


def _in_pieces(text: str, some: list[Number], keys: frozenset[str]) -> set[tuple[int, int]]:
    """Return the spans of consecutive numbers that are separated only by line breaks and signs and
    together form the wanted one.
    """
    found = set[tuple[int, int]]()
    for first, one in enumerate(some):
        run, seen = [one], one.kept & keys
        for number in some[first + 1 :]:
            if (
                seen >= keys
                or _PIECE.search(text, run[-1].end, number.start)
                or number.kept & keys <= seen
            ):
                break
            run.append(number)
            seen |= number.kept & keys
        if seen >= keys:
            found.update((number.start, number.end) for number in run)
    return found


def keys_of(text: str) -> list[str]:
    """Return the keys under which a document with this text is found, in order."""
    found = set[str]()
    for number in numbers_in(text):
        found |= number.kept
        if len(found) >= MOST_KEYS:
            break
    return sorted(found)[:MOST_KEYS]


def _written_in_parts(match: re.Match[str]) -> Number | None:
    """Return a date, a plate, or groups of digits; None for anything else."""
    key = _date_key(match) or _plate_key(match) or _grouped_key(match)
    if key is None:
        return None
    parts = _pieces(piece for piece in _PIECE.findall(match[0]) if _HAS_DIGIT.search(piece))
    return Number(match.start(), match.end(), frozenset({key}), frozenset({key, *parts}))


def _of_token(match: re.Match[str]) -> Number | None:
    if not _HAS_DIGIT.search(match[0]):
        return None
    pieces = frozenset(_pieces(_PIECE.findall(match[0])))
    return Number(match.start(), match.end(), pieces, pieces)


def _pieces(parts: Iterable[str]) -> Iterator[str]:
    """Yield the keys of the parts of a number: folded, and without leading zeros."""
    for piece in parts:
        folded = fold(piece)[:LONGEST]
        yield f"#n{(folded.lstrip('0') or '0') if folded.isdigit() else folded}"


def fold(text: str) -> str:
    """Return the text with one character for all that look alike."""
    return text.upper().translate(_FOLDED)


def _date_key(match: re.Match[str]) -> str | None:
    if match["iso"]:
        parts = match["iso"].split("-")
    elif match["d"]:
        parts = [fold(match["y"]), fold(match["m"]), fold(match["d"])]
    elif match["day"]:
        name = match["month"].lower()
        known = any(month.startswith(name) for month in _MONTHS) or name in _MONTH
        parts = [
            fold(match["year"]),
            str(_MONTH.get(name[:3], 0)) if known else "0",
            fold(match["day"]),
        ]
    else:
        return None
    try:
        return f"#d{date(*map(int, parts)):%Y%m%d}"
    except ValueError:
        return None


def _plate_key(match: re.Match[str]) -> str | None:
    plate = match["plate"]
    if not plate or not _HAS_DIGIT.search(plate):
        return None
    return f"#p{fold(''.join(plate.split()))}"


def _grouped_key(match: re.Match[str]) -> str | None:
    """Return groups of digits as one number: a NIK, or a telephone number with or without country
    code.
    """
    grouped = match["grouped"]
    if not grouped or len(_HAS_DIGIT.findall(grouped)) * 2 < len(grouped):
        return None
    digits = "".join(_PIECE.findall(fold(grouped)))
    if grouped.startswith("+62"):
        digits = digits[2:]
    return f"#n{digits.lstrip('0')}" if 8 <= len(digits) <= 20 else None


STOP_WORDS = frozenset((
    "ada", "adalah", "agar", "akan", "atas", "atau", "bagi", "bahwa", "dalam", "dan", "dapat",
    "dari", "dengan",
    "di", "ini", "itu", "juga", "karena", "ke", "kepada", "lain", "maka", "namun", "oleh", "para",
    "pada", "saat",
    "sampai", "sebagai", "sehingga", "serta", "sudah", "supaya", "telah", "tentang", "terhadap",
    "tersebut",
    "untuk", "yaitu", "yang",
))  # fmt: skip
"""Words that do not characterise a document. They are searched only if the query has no others."""

AS_WRITTEN = frozenset(["berita", "kemarin", "kepala", "peluru", "perempuan", "sekolah", "selatan"])
"""Words whose stem collides with that of another word."""

NO_ROOTS = frozenset(["ampas", "ampo", "culi", "lidi", "rusa", "sidi", "usak"])
"""Rare roots of the dictionary that PySastrawi would wrongly find in `perampasan`, `perampokan`,
`penculikan`, `penyelidikan`, `perusakan`, `penyidikan` and `perusak`.
"""

_FORMS = (
    "{nasal_me}",
    "{nasal_pe}",
    "{nasal_pe}an",
    "di{root}",
    "ber{root}",
    "ter{root}",
    "{root}an",
)
"""Every other form has the stem of one of these."""

_NASALS = (("aeioughq", "ng", 0), ("k", "ng", 1), ("bfv", "m", 0), ("p", "m", 1),
           ("cdjz", "n", 0), ("t", "n", 1), ("s", "ny", 1))  # fmt: skip
"""Initial letters of a root, the final sound of `me-` and `pe-` before them, and the number of
letters that the sound replaces.
"""

_LONGEST = 40
"""Longest word that can have a root, in letters."""


class _Stemmer(Protocol):
    def stem(self, text: str) -> str: ...


class _Snowball(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the library's name


def meaningful(words: Iterable[str]) -> list[str]:
    """Return the words without stop words; all of them when there are no others."""
    every = list(words)
    return [word for word in every if word.lower() not in STOP_WORDS] or every


def family_of(word: str) -> list[str]:
    """Return the alternative forms of a word; the word alone when the database needs no other."""
    forms = () if is_as_written(word) else _forms_of(word.lower())
    return list(forms) if len(forms) > 1 else [word]


def is_as_written(word: str) -> bool:
    """Return whether the word must not be stemmed."""
    return word.lower() in AS_WRITTEN


@lru_cache(maxsize=4096)
def _forms_of(word: str) -> tuple[str, ...]:
    """Return the word and further forms of its root, one for each stem of the database."""
    if not word.isalpha() or len(word) > _LONGEST:
        return (word,)
    stemmer, roots = _dictionary()
    root = stemmer.stem(word)
    if root not in roots:
        return (word,)
    nasal = _nasal(root)
    shapes = {"root": root, "nasal_me": "me" + nasal, "nasal_pe": "pe" + nasal}
    found = {database_stem(word): word}
    for form in (root, *(shape.format_map(shapes) for shape in _FORMS)):
        # A form that has another root in the dictionary is a separate word.
        if stemmer.stem(form) == root:
            found.setdefault(database_stem(form), form)
    return tuple(found.values())


def _nasal(root: str) -> str:
    for letters, sound, replaced in _NASALS:
        if root[0] in letters:
            return sound + root[replaced:]
    return root


@lru_cache(maxsize=1)
def _dictionary() -> tuple[_Stemmer, frozenset[str]]:
    # Loaded on the first search: it takes 50 ms and 10 MB, and few processes search.
    from Sastrawi.Dictionary.ArrayDictionary import ArrayDictionary
    from Sastrawi.Stemmer.Stemmer import Stemmer
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

    roots = frozenset(StemmerFactory().get_words()) - NO_ROOTS - {""}
    return Stemmer(ArrayDictionary(sorted(roots))), roots


def database_stem(word: str) -> str:
    """Return the stem that PostgreSQL's configuration `indonesian` gives a word; both
    use Snowball.
    """
    return str(_snowball().stemWord(word))


@lru_cache(maxsize=1)
def _snowball() -> _Snowball:
    import snowballstemmer

    found: _Snowball = snowballstemmer.stemmer("indonesian")
    return found


LENGTH = 200
LOOKED_AT = 10_000
_DASHES = re.compile(r"-[-\s]*-")
_OPERATORS = re.compile(r'"|(?:^|\s)-|\sor\s', re.IGNORECASE)
"""Operators of web search: a phrase, an excluded word, alternatives."""

_ONLY_NUMBERS = re.compile(r"(?:^|(?<=\s))nomor:\s*", re.IGNORECASE)
"""The text after this prefix is searched as a number, not as words."""

_CAPITALS = str.maketrans(ascii_lowercase, ascii_uppercase)
"""Capitalisation for plates, which are often typed in small letters; positions are preserved."""

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
"""Planner settings for the rest of the transaction.

A plan that is best for a rare word is worst for a frequent one, so no generic plan is used. Rows
are looked up by their keys instead of scanning tables, because the planner ignores the cost of
reading the words of a page from TOAST. Starting parallel workers takes longer than a search may.
"""


COMMON = text(
    "select unnest(most_common_elems::text::text[]) from pg_stats"
    " where schemaname = 'archive' and tablename = 'page' and attname = 'tsv'"
)
"""Terms that the planner's statistics list as frequent."""


@dataclass(frozen=True, slots=True)
class Question:
    """A search query in the form that the database needs."""

    wanted: TsQuery
    """Query that a page must match."""
    marked: TsQuery
    """Query for marking; it covers more words than `wanted`, because marking compares
    stems only.
    """
    numbers: tuple[frozenset[str], ...] = ()
    """Keys of each number in the query."""


def question(typed: str) -> Question | None:
    """Return the query for a typed text; None when nothing searchable is left of it."""
    text = cleaned(typed)
    if not text:
        return None
    before, *after = _ONLY_NUMBERS.split(text)
    found = list(numbers_in(" ".join(after).translate(_CAPITALS)))
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
    told = meaningful(text.split())
    wanted = marked = _told(told)
    if any(family_of(word) != [word] or is_as_written(word) for word in told):
        marked = _words(" or ".join(form for word in told for form in family_of(word)))
    found = list(numbers_in(" ".join(told).translate(_CAPITALS)))
    if not found:
        return Question(wanted, marked)
    keys = tuple(number.wanted for number in found)
    rest = _without(" ".join(told), found)
    wanted = _either(wanted, _all([*([_told(rest)] if rest else []), _keys(keys)]))
    return Question(wanted, marked, keys)


def cleaned(typed: str) -> str:
    """Return the typed text shortened to `LENGTH`, without characters that the database cannot
    process.
    """
    printable = "".join(
        character if character.isprintable() else " " for character in typed[:LOOKED_AT]
    )
    # Each dash negates the next word; the database cannot nest an unlimited number of them.
    text = " ".join(_DASHES.sub("-", printable).split())
    if len(text) <= LENGTH:
        return text
    # Cut between words: half a word would be searched as a word of its own.
    return text[:LENGTH].rpartition(" ")[0] or text[:LENGTH]


def _told(told: list[str]) -> TsQuery:
    """Return the query for all of these words, each in any of its forms."""
    families = [family_of(word) for word in told]
    plain = [forms[0] for forms in families if len(forms) == 1 and not is_as_written(forms[0])]
    parts = [_words(" ".join(plain))] if plain else []
    parts += [_words(" or ".join(forms)) for forms in families if len(forms) > 1]
    parts += [
        func.plainto_tsquery(SIMPLE, forms[0])
        for forms in families
        if len(forms) == 1 and is_as_written(forms[0])
    ]
    return _all(parts)


def _words(text: str) -> TsQuery:
    """Return the query for words by their stems or as written; names have no stem."""
    return _either(
        func.websearch_to_tsquery(INDONESIAN, text), func.websearch_to_tsquery(SIMPLE, text)
    )


def _keys(keys: tuple[frozenset[str], ...]) -> TsQuery:
    return lexemes(sorted(frozenset[str]().union(*keys)), " & ")


def lexemes(names: Sequence[str], operator: str) -> TsQuery:
    """Return the query for entries of the index, exactly as stored."""
    return cast(literal(operator.join(map(quote, names))), TSQUERY)


def quote(name: str) -> str:
    """Return an entry of the index in the notation of a query."""
    escaped = name.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def is_one_of(
    column: ColumnElement[UUID] | Mapped[UUID], ids: Collection[UUID]
) -> ColumnElement[bool]:
    """Return the condition that a column is one of these ids, with one parameter for all of them;
    `in_` has one for each, which costs more than the search for them.
    """
    return column == any_(literal(list(ids), ARRAY(Uuid)))


def _all(parts: list[TsQuery]) -> TsQuery:
    first, *others = parts
    for other in others:
        first = first.op("&&")(other)
    return first


def _either(one: TsQuery, other: TsQuery) -> TsQuery:
    return one.op("||")(other)


def _without(text: str, found: list[Number]) -> list[str]:
    rest = list(text)
    for number in found:
        rest[number.start : number.end] = " " * (number.end - number.start)
    return "".join(rest).split()
