"""Steps of processes that the text of the SOP lacks (R46, R67): which there are, and the shape of a
choice among them. Pure.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from workflow_app.services.office_settings import configuration_shapes

KNOWN: Mapping[str, tuple[str, ...]] = {
    "lp": ("kronologi", "bukti_saksi", "kajian_awal", "baca_ulang"),
    "sttp": ("tenggat", "bukti"),
    "skld": ("persyaratan", "bukti"),
}
"""By process; the diagram asks for each by its name."""


def seed(process: str) -> dict[str, Any]:
    """All of them are done, until the office says otherwise."""
    return {"langkah_turunan": list(KNOWN[process])}


@cache
def fault(process: str) -> Callable[[Any], str]:
    """Why a value cannot be a choice among the derived steps of a process; empty when it can. Of
    one process always the same.
    """
    known = KNOWN[process]

    def judge(value: Any) -> str:
        is_right = isinstance(value, list) and configuration_shapes.is_choice(value, known)
        return "" if is_right else f"Isi dengan daftar langkah, boleh kosong: {', '.join(known)}."

    return judge
