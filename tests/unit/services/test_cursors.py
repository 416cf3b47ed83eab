"""A cursor comes back as the position it was made of; anything else is the first page."""

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest

from workflow_app.services.core import pagination

AT, ID = datetime(2026, 11, 23, tzinfo=UTC), UUID(int=7)
KINDS = (datetime.fromisoformat, UUID, pagination.small)


def test_a_position_comes_back() -> None:
    assert pagination.read(pagination.write(AT, ID, 3), *KINDS) == [AT, ID, 3]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "x",
        "%00",
        "ä",
        pagination.write(AT, ID),
        pagination.write(AT, ID, 2**31),
        pagination.write("a", ID, 1),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_what_is_unreadable_is_the_first_page(text: str | None) -> None:
    assert pagination.read(text, *KINDS) is None
