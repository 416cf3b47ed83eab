"""What a form for a configured value is made of: a part knows how its value is typed, read back,
and told in words. Pure.

A form as a browser sends it is a name to its strings. Parts of a part have its name before theirs
(`nilai.nama`), rows of a table their number (`nilai.2.kode`), so that everything works without
scripts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from workflow_app.services.office_settings import configuration_lists, configuration_shapes

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
        return configuration_lists.lines(before, own, onto)


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
        chosen = configuration_lists.chosen(before, own, onto)
        places = list(self.options)
        return sorted(
            chosen, key=lambda one: places.index(str(one)) if str(one) in places else len(places)
        )
