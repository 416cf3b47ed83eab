"""The form on which a box of old papers is registered."""

from collections.abc import Callable

from tests.integration.web.visitor import Visitor
from workflow_app.domain import Actor


def values(page: Visitor, name: str) -> list[str]:
    return [box.get("value") or "" for box in page.page().iter("input") if box.get("name") == name]


def test_r39_more_or_fewer_lines_keep_what_was_typed(
    visit: Callable[[str], Visitor], person: Callable[..., Actor]
) -> None:
    person("arsip", "arsiparis")
    page = visit("arsip").open("/kotak-arsip")
    page.submit("Buat baris", bundel="3", kotak="K-7", uraian=["Surat masuk Maret"])
    assert (page.answer.status_code, values(page, "kotak")) == (200, ["K-7"])
    assert values(page, "uraian") == ["Surat masuk Maret", "", ""]

    page.submit("Buat baris", bundel="1", uraian=["Surat masuk Maret", "Surat keluar", ""])
    assert values(page, "uraian") == ["Surat masuk Maret", "Surat keluar"], "only empty lines go"
