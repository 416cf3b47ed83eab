"""Keys and passwords of one data directory: made once, kept in a file only its owner can read."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from workflow_app.local_stack.errors import StackError

FILE_NAME = "secrets.env"


def _text() -> str:
    return secrets.token_urlsafe(36)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": _text,
    "IDENTITY_KEY": _key,
    "AUDIT_SIGNING_KEY": _key,
    "S3_ACCESS_KEY": lambda: secrets.token_hex(10),
    "S3_SECRET_KEY": _text,
    "POSTGRES_PASSWORD": _text,
}


def load_or_make(data_dir: Path, *, has_data: bool) -> dict[str, str]:
    """The keys of this data directory; missing ones are made, unless data exist that were written with lost ones."""
    path = data_dir / FILE_NAME
    keys = read(path)
    missing = [name for name in MAKERS if name not in keys]
    if not missing:
        return keys
    if has_data:
        raise StackError(
            f"{path} does not hold {', '.join(missing)}, but there are data that were written with it. "
            f"Put the file back from your backup, or start with an empty directory (--data DIR)."
        )
    keys.update({name: MAKERS[name]() for name in missing})
    _write(path, keys)
    return keys


def read(path: Path) -> dict[str, str]:
    """The keys in a file of NAME=value lines; an absent file has none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise StackError(f"{path} cannot be read: {error}") from error
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise StackError(f"{path} cannot be written: {error.strerror}") from error


def _write(path: Path, keys: dict[str, str]) -> None:
    head = (
        "# Made by ./spkt on the first start. Without IDENTITY_KEY no name in the database can be read again:\n"
        "# keep a copy of this file in a safe place, apart from the data.\n"
    )
    write_private(path, head + "".join(f"{name}={value}\n" for name, value in keys.items()))
