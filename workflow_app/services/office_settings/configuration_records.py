"""Parts of a form that hold other parts: several under names, or the same one for each of several
names. Pure.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from workflow_app.services.office_settings.configuration_parts import (
    Faults,
    Part,
    Posted,
    Told,
    Typed,
    spoken,
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
