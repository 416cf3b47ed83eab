"""What a form for a configured value is made of: a part knows how its value is typed, read back,
and told in words. Pure.

A form as a browser sends it is a name to its strings. Parts of a part have its name before theirs
(`nilai.nama`), rows of a table their number (`nilai.2.kode`), so that everything works without
scripts.

Parts of a form that hold other parts: several under names, or the same one for each of several
names. Pure.

Lists of which two people change different rows: what somebody changed of a list, on a list that
somebody else changed. Pure.
"""

import re
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, ClassVar, TypeVar

from workflow_app.services.office_settings import configuration_shapes

Posted = Mapping[str, Sequence[str]]
Typed = dict[str, list[str]]
Faults = dict[str, str]
"""By name of the input the sentence beside it."""
Told = list[tuple[str, str]]
"""What a value says, line by line: what it is about (empty where that is clear), and the words."""
NOTHING = "Isi bagian ini."
LONGEST_TYPED = 20_000
"""Letters of one input that are looked at at all."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One input, or several that make one value."""

    kind: ClassVar[str] = ""
    label: str = ""
    help: str = ""
    is_told: bool = True
    """False where the other parts of its row say the same."""

    def typed(self, name: str, value: Any) -> Typed:
        """The value as a browser would send it."""
        raise NotImplementedError

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        """The value that was sent; what is wrong with it goes to `faults`."""
        raise NotImplementedError

    def told(self, value: Any) -> Told:
        """The value in words."""
        raise NotImplementedError

    @property
    def nothing(self) -> Any:
        """What stands for a value that is not there, where parts of it are changed all the same;
        None where it is said whole.
        """
        return None

    def over(self, before: Any, own: Any, onto: Any) -> Any:
        """What `own` changes of `before`, changed of `onto`, which somebody else has changed: a
        value that says one thing is said whole.
        """
        return own

    def is_left_out(self, name: str, posted: Posted) -> bool:
        """Was nothing typed at all?"""
        return not any(
            text.strip()
            for key, texts in posted.items()
            if key == name or key.startswith(f"{name}.")
            for text in texts
        )


def text_of(posted: Posted, name: str) -> str:
    """What stands in an input with one value."""
    return (list(posted.get(name, ())) or [""])[-1][:LONGEST_TYPED].strip()


def spoken(told: Told) -> str:
    """Lines as one."""
    return "; ".join(f"{about}: {words}" if about else words for about, words in told)


@dataclass(frozen=True, kw_only=True)
class Text(Part):
    """One line."""

    kind: ClassVar[str] = "text"
    longest: int = configuration_shapes.LONGEST
    rows: int = 1
    """Of its field; what is typed in several lines becomes one."""
    pattern: str = ""
    fault: str = ""
    """What is said of a text that is not as `pattern` wants it."""
    is_optional: bool = False
    none_words: str = ""

    def typed(self, name: str, value: Any) -> Typed:
        return {name: [value or ""]}

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        text = " ".join(text_of(posted, name).split())
        if not text:
            if not self.is_optional:
                faults[name] = NOTHING
            return None
        if len(text) > self.longest:
            faults[name] = f"Paling panjang {self.longest} huruf; ini {len(text)}."
        elif not text.isprintable():
            faults[name] = "Hapus tanda yang tidak dapat dicetak."
        elif self.pattern and not re.fullmatch(self.pattern, text):
            faults[name] = self.fault
        return text

    def told(self, value: Any) -> Told:
        return [("", value or self.none_words)]


@dataclass(frozen=True, kw_only=True)
class Lines(Part):
    """Several lines, each a text."""

    kind: ClassVar[str] = "lines"
    help: str = "Satu baris satu kalimat; urutannya tetap."
    none_words: str = ""
    """What it means that there is none; empty where there must be one."""

    def typed(self, name: str, value: Any) -> Typed:
        return {name: ["\n".join(value)]}

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        found = [
            " ".join(line.split()) for line in text_of(posted, name).splitlines() if line.strip()
        ]
        if not found and not self.none_words:
            faults[name] = "Isi paling sedikit satu baris."
        for no, line in enumerate(found, 1):
            if not configuration_shapes.is_line(line):
                faults[name] = (
                    f"Baris {no}: paling panjang {configuration_shapes.LONGEST} huruf, tanpa "
                    "tanda yang tidak dapat dicetak."
                )
        return found

    def told(self, value: Any) -> Told:
        return [("", line) for line in value or [self.none_words]]

    def over(self, before: Any, own: Any, onto: Any) -> Any:
        return merged_lines(before, own, onto)


@dataclass(frozen=True, kw_only=True)
class Count(Part):
    """A whole number, or nothing where nothing may be decided."""

    kind: ClassVar[str] = "count"
    unit: str = ""
    least: int = 1
    most: int | None = None
    none_words: str = ""
    """What it means that nothing is typed; empty where something must be."""

    def typed(self, name: str, value: Any) -> Typed:
        return {name: ["" if value is None else str(value)]}

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        text = text_of(posted, name)
        if not text and self.none_words:
            return None
        is_number = text.isascii() and text.isdigit() and len(text) < 10
        if (
            not is_number
            or int(text) < self.least
            or (self.most is not None and int(text) > self.most)
        ):
            until = f" sampai {self.most}" if self.most is not None else " atau lebih"
            faults[name] = f"Isi dengan bilangan bulat, {self.least}{until}."
            return None
        return int(text)

    def told(self, value: Any) -> Told:
        return [("", self.none_words if value is None else f"{value} {self.unit}".strip())]


@dataclass(frozen=True, kw_only=True)
class Truth(Part):
    """One of two."""

    kind: ClassVar[str] = "truth"
    yes: str = "Ya"
    no: str = "Tidak"

    def typed(self, name: str, value: Any) -> Typed:
        return {name: ["ya" if value else "tidak"]}

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        text = text_of(posted, name)
        if text not in ("ya", "tidak"):
            faults[name] = "Pilih salah satu."
        return text == "ya"

    def told(self, value: Any) -> Told:
        return [("", self.yes if value else self.no)]

    def is_left_out(self, name: str, posted: Posted) -> bool:
        """It always has a value, so it says nothing of its row."""
        return True


@dataclass(frozen=True, kw_only=True)
class Choice(Part):
    """One of several."""

    kind: ClassVar[str] = "choice"
    options: Mapping[str, str]
    none_words: str = ""
    """The choice of none of them; empty where one must be chosen."""

    def typed(self, name: str, value: Any) -> Typed:
        return {name: [value or ""]}

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        text = text_of(posted, name)
        if not text and self.none_words:
            return None
        if text not in self.options:
            faults[name] = "Pilih salah satu."
        return text

    def told(self, value: Any) -> Told:
        return [("", self.none_words if value is None else self.options.get(value, str(value)))]


@dataclass(frozen=True, kw_only=True)
class Choices(Part):
    """Some of several, in their order."""

    kind: ClassVar[str] = "choices"
    options: Mapping[str, str]
    none_words: str = ""

    def typed(self, name: str, value: Any) -> Typed:
        return {name: [str(item) for item in value]}

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        sent = {text for text in posted.get(name, ()) if text}
        if not sent <= set(self.options):
            faults[name] = "Pilih dari yang ada."
        if not sent and not self.none_words:
            faults[name] = "Pilih paling sedikit satu."
        return [key for key in self.options if key in sent]

    def told(self, value: Any) -> Told:
        words = ", ".join(self.options.get(str(item), str(item)) for item in value)
        return [("", words or self.none_words)]

    @property
    def nothing(self) -> Any:
        return []

    def over(self, before: Any, own: Any, onto: Any) -> Any:
        chosen = merged_selection(before, own, onto)
        places = list(self.options)
        return sorted(
            chosen, key=lambda one: places.index(str(one)) if str(one) in places else len(places)
        )


@dataclass(frozen=True, kw_only=True)
class Record(Part):
    """Several parts under names."""

    kind: ClassVar[str] = "record"
    parts: Mapping[str, Part]
    drops_nothing: bool = True
    """False where a part that is left out is not there at all."""
    is_row: bool = False
    """Stands in one line of a table."""
    together: Collection[str] = ()
    """Parts that say one thing: who changes one of them has said all of them."""

    def typed(self, name: str, value: Any) -> Typed:
        return {
            key: texts
            for part_name, part in self.parts.items()
            if part_name in value
            for key, texts in part.typed(f"{name}.{part_name}", value[part_name]).items()
        }

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        return {
            part_name: part.read(f"{name}.{part_name}", posted, faults)
            for part_name, part in self.parts.items()
            if self.drops_nothing or not part.is_left_out(f"{name}.{part_name}", posted)
        }

    def told(self, value: Any) -> Told:
        return [
            (part.label, spoken(part.told(value[name])))
            for name, part in self.parts.items()
            if name in value
        ] or [("", "belum ada yang diisi")]

    @property
    def nothing(self) -> Any:
        return None if self.drops_nothing else {}

    def over(self, before: Any, own: Any, onto: Any) -> Any:
        found = over_names(self.parts, before, own, onto, self.drops_nothing)
        is_said = before is None or any(own[name] != before[name] for name in self.together)
        return (
            {**found, **{name: own[name] for name in self.together}} if is_said and own else found
        )

    def is_left_out(self, name: str, posted: Posted) -> bool:
        return all(part.is_left_out(f"{name}.{key}", posted) for key, part in self.parts.items())


@dataclass(frozen=True, kw_only=True)
class Named(Part):
    """The same part for each of several names."""

    kind: ClassVar[str] = "named"
    names: Mapping[str, str]
    part: Part
    drops_nothing: bool = True

    def typed(self, name: str, value: Any) -> Typed:
        return {
            key: texts
            for one in self.names
            if one in value
            for key, texts in self.part.typed(f"{name}.{one}", value[one]).items()
        }

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        return {
            one: self.part.read(f"{name}.{one}", posted, faults)
            for one in self.names
            if self.drops_nothing or not self.part.is_left_out(f"{name}.{one}", posted)
        }

    def told(self, value: Any) -> Told:
        return [
            (words, spoken(self.part.told(value[one])))
            for one, words in self.names.items()
            if one in value
        ] or [("", "belum ada yang diisi")]

    @property
    def nothing(self) -> Any:
        return {}

    def over(self, before: Any, own: Any, onto: Any) -> Any:
        return over_names(
            dict.fromkeys({**before, **own}, self.part), before, own, onto, self.drops_nothing
        )


def over_names(
    parts: Mapping[str, Part], before: Any, own: Any, onto: Any, drops_nothing: bool = True
) -> Any:
    """What `own` changes of the map `before`, changed of the map `onto`, name by name. What is no
    map, or ends one, is said whole.
    """
    if before is None or own is None or onto is None:
        return own
    found = dict(onto)
    for name in {**before, **own}:
        part = parts.get(name, Part())
        if name not in own:
            found.pop(name, None)
        elif name not in before or before[name] != own[name]:
            found[name] = part.over(
                before.get(name, part.nothing), own[name], onto.get(name, part.nothing)
            )
            if not drops_nothing and found[name] == part.nothing:
                del found[name]
    return found


def only(part: Part, names: Collection[str]) -> Part:
    """The same part for some of its names; any other part as it is."""
    if not isinstance(part, Named):
        return part
    return Named(
        label=part.label,
        help=part.help,
        names={name: words for name, words in part.names.items() if name in names},
        part=part.part,
        drops_nothing=part.drops_nothing,
    )


Member = TypeVar("Member", bound=Hashable)
Name = int | tuple[str, int]
"""Of a line: where it stood before, or what it says and how often the same was added above it."""


def merged_selection(
    before: Collection[Member], own: Collection[Member], onto: Collection[Member]
) -> set[Member]:
    """The members: `onto`, with what `own` adds to `before` and without what it leaves out."""
    return {*onto} - ({*before} - {*own}) | ({*own} - {*before})


def merged_order(
    before: Sequence[Member],
    own: Sequence[Member],
    onto: Sequence[Member],
    present: Collection[Member],
) -> list[Member]:
    """The names that are `present` in their order: that of `onto`, unless `own` has put those of
    `before` into another one. What only one of the two has stands behind what it stands behind
    there.
    """
    is_moved = [one for one in own if one in before] != [one for one in before if one in own]
    first, then = (own, onto) if is_moved else (onto, own)
    found = [one for one in first if one in present]
    for no, one in enumerate(then):
        if one in present and one not in found:
            ahead = [other for other in then[:no] if other in found]
            found.insert(found.index(ahead[-1]) + 1 if ahead else 0, one)
    return found


def merged_lines(before: Sequence[str], own: Sequence[str], onto: Sequence[str]) -> list[str]:
    """Lines without a name of their own: one that was typed over is the one that stood there, so
    that of two who type over the same line the later one is read, and of two who add lines both.
    """
    names: list[Name] = list(range(len(before)))
    mine, others = _named(before, own), _named(before, onto)
    said = {
        one: text for one, text in mine.items() if isinstance(one, tuple) or before[one] != text
    }
    present = merged_selection(names, list(mine), list(others)) | said.keys()
    return [
        said[one] if one in said else others[one]
        for one in merged_order(names, list(mine), list(others), present)
    ]


def _named(before: Sequence[str], after: Sequence[str]) -> Mapping[Name, str]:
    found: dict[Name, str] = {}
    for kind, start, end, first, last in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        for no in range(first, last):
            place = start + no - first
            if kind != "insert" and place < end:
                found[place] = after[no]
            else:
                times = sum(isinstance(one, tuple) and one[0] == after[no] for one in found)
                found[after[no], times] = after[no]
    return found
