"""The regions of the regency: offered where an address or a place is typed, and what an area of the
configuration is made of.

`regions.csv` holds code and name of the kabupaten, its kecamatan, desa and kelurahan, from the data
of `idn-area-data` (ODbL); a test compares it with that package. An office elsewhere has another
file.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from workflow_app.engine import forms
from workflow_app.engine.forms import Form

FILE = Path(__file__).with_name("regions.csv")
Choice = tuple[str, str]
"""What is put into the field, and what stands beside it in the list."""
KECAMATAN, DESA = 2, 3
"""How many dots their codes have."""


@cache
def names() -> Mapping[str, str]:
    """Code to name, in the order of the codes."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def offered(form: Form) -> dict[str, list[Choice]]:
    """By field what is offered while one types; anything else may be typed as well."""
    return {
        field.name: _choices()[field.suggest] for field in form.fields.values() if field.suggest
    }


@cache
def _choices() -> dict[str, list[Choice]]:
    known = names()
    kecamatan = sorted(name for code, name in known.items() if code.count(".") == KECAMATAN)
    desa = sorted(
        (name, known[code.rpartition(".")[0]])
        for code, name in known.items()
        if code.count(".") == DESA
    )
    found = {
        "kecamatan": [(name, "") for name in kecamatan],
        "desa": [(name, f"Kecamatan {above}") for name, above in desa],
        "tempat": [(f"{name}, Kecamatan {above}", "") for name, above in desa],
    }
    return {kind: found[kind] for kind in sorted(forms.SUGGESTIONS)}
