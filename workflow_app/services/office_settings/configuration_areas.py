"""The part of a form that is an area: desa and kelurahan chosen in their kecamatan, or a kecamatan
as a whole (R63). Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from workflow_app.services.office_settings import configuration_lists, regions
from workflow_app.services.office_settings.configuration_parts import (
    Faults,
    Part,
    Posted,
    Told,
    Typed,
    text_of,
)

FEW = 6
"""Names that are told one by one."""


@dataclass(frozen=True)
class District:
    """A kecamatan with what lies in it, for choosing."""

    code: str
    name: str
    villages: Mapping[str, str]
    """Those that the search left, code to name."""
    chosen: int
    total: int
    is_whole: bool
    is_open: bool
    """Something in it is chosen, or was found."""


@dataclass(frozen=True, kw_only=True)
class Area(Part):
    """Codes of kecamatan, desa and kelurahan."""

    kind: ClassVar[str] = "area"

    def typed(self, name: str, value: Any) -> Typed:
        return {name: list(value)}

    def read(self, name: str, posted: Posted, faults: Faults) -> Any:
        sent = {code for code in posted.get(name, ()) if code}
        known = regions.names()
        if not sent:
            faults[name] = "Pilih paling sedikit satu kecamatan, desa, atau kelurahan."
        if not sent <= set(known):
            faults[name] = "Pilih dari daftar wilayah."
        return _in_order(sent)

    def over(self, before: Any, own: Any, onto: Any) -> Any:
        return _in_order(configuration_lists.chosen(before, own, onto))

    def told(self, value: Any) -> Told:
        known = regions.names()
        found: Told = []
        for code, name in known.items():
            if code.count(".") == regions.KECAMATAN:
                inside = [known[one] for one in value if one.startswith(f"{code}.")]
                if code in value:
                    found.append((name, "seluruh kecamatan"))
                elif inside:
                    more = f", dan {len(inside) - FEW} lainnya" if len(inside) > FEW else ""
                    found.append((name, ", ".join(inside[:FEW]) + more))
            elif code.count(".") < regions.KECAMATAN and code in value:
                found.append((name, "seluruh kabupaten"))
        return found

    def districts(self, posted: Posted, name: str) -> list[District]:
        """All kecamatan with what was chosen in them; where something is looked for, those that
        have it first open.
        """
        wanted = text_of(posted, f"{name}_cari").casefold()
        sent: Sequence[str] = list(posted.get(name, ()))
        known = regions.names()
        found = []
        for code, words in known.items():
            if code.count(".") != regions.KECAMATAN:
                continue
            inside = {one: label for one, label in known.items() if one.startswith(f"{code}.")}
            chosen = sum(one in sent for one in inside)
            is_found = bool(wanted) and (
                wanted in words.casefold()
                or any(wanted in label.casefold() for label in inside.values())
            )
            found.append(
                District(
                    code,
                    words,
                    inside,
                    chosen,
                    len(inside),
                    code in sent,
                    is_found or (not wanted and (chosen > 0 or code in sent)),
                )
            )
        return found

    def finds(self, posted: Posted, name: str, label: str) -> bool:
        """Is this name one that was looked for?"""
        wanted = text_of(posted, f"{name}_cari").casefold()
        return bool(wanted) and wanted in label.casefold()


def _in_order(chosen: set[str]) -> list[str]:
    """Regions as the list has them, without those that lie in another one."""
    return [code for code in regions.names() if code in chosen and not _above(code) & chosen]


def _above(code: str) -> set[str]:
    """The codes of what a region lies in."""
    parts = code.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts))}
