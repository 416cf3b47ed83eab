import base64
from pathlib import Path

import pytest

from workflow_app.tools.embedded import object_store
from workflow_app.tools.embedded.server_processes import StackError


def test_keys_are_made_once_and_then_kept(tmp_path: Path) -> None:
    made = object_store.load_or_make(tmp_path, has_data=False)

    assert set(made) == set(object_store.MAKERS)
    assert object_store.load_or_make(tmp_path, has_data=True) == made


def test_two_sites_share_no_key(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()

    one, other = (object_store.load_or_make(place, has_data=False) for place in (first, second))

    assert not set(one.values()) & set(other.values())


def test_only_the_owner_can_read_the_keys(tmp_path: Path) -> None:
    object_store.load_or_make(tmp_path, has_data=False)

    assert (tmp_path / object_store.FILE_NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["IDENTITY_KEY", "AUDIT_SIGNING_KEY"])
def test_keys_for_encryption_and_signing_have_32_bytes(tmp_path: Path, name: str) -> None:
    made = object_store.load_or_make(tmp_path, has_data=False)

    assert len(base64.b64decode(made[name], validate=True)) == 32


def test_a_lost_key_is_not_replaced_while_data_depend_on_it(tmp_path: Path) -> None:
    object_store.load_or_make(tmp_path, has_data=False)
    path = tmp_path / object_store.FILE_NAME
    path.write_text(
        "".join(
            line
            for line in path.read_text().splitlines(keepends=True)
            if not line.startswith("IDENTITY_KEY")
        )
    )

    with pytest.raises(StackError, match=r"IDENTITY_KEY.*backup"):
        object_store.load_or_make(tmp_path, has_data=True)


def test_a_half_written_file_is_completed_while_there_are_no_data(tmp_path: Path) -> None:
    (tmp_path / object_store.FILE_NAME).write_text("SECRET_KEY=first\nIDENTITY_KE")

    made = object_store.load_or_make(tmp_path, has_data=False)

    assert made["SECRET_KEY"] == "first"
    assert set(made) == set(object_store.MAKERS)


def test_writing_leaves_no_other_file_behind(tmp_path: Path) -> None:
    object_store.write_private(tmp_path / "x", "content")

    assert [path.name for path in tmp_path.iterdir()] == ["x"]
