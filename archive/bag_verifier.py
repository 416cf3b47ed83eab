"""Check that a bag of archived documents is complete and unchanged.

Usage: python3 verify.py [FOLDER]

The program needs only Python, and every bag contains a copy of it. It checks the rules of BagIt
(RFC 8493), the SHA-256 of every file, and the enclosed events: no event was changed after it was
written, and consecutive events of a chain are linked without a gap.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
CHUNK = 1 << 20


def faults(folder: Path) -> Iterator[str]:
    """Yield a sentence for each fault; none for an intact bag."""
    if (
        not (folder / "bagit.txt").is_file()
        or (folder / "bagit.txt").read_text("utf-8") != DECLARATION
    ):
        yield "bagit.txt tidak ada atau isinya lain: ini bukan tas arsip."
        return
    listed: dict[str, str] = {}
    for name in (MANIFEST, TAG_MANIFEST):
        for line, entry in enumerate(_lines(folder / name), 1):
            if entry is None:
                yield f"{name} baris {line} tidak dapat dibaca."
            else:
                listed[entry[1]] = entry[0]
    yield from _missing_or_changed(folder, listed)
    present = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()
    }
    for unlisted in sorted(present - set(listed) - {TAG_MANIFEST}):
        yield f"{unlisted} tidak tercatat dalam daftar."
    for needed in sorted({"bag-info.txt", MANIFEST} - set(listed)):
        yield f"{needed} tidak tercatat dalam {TAG_MANIFEST}."
    yield from _size(folder)
    for path in sorted(folder.glob("data/**/events.jsonl")):
        yield from _events(path, path.relative_to(folder).as_posix())


def _lines(path: Path) -> "Iterator[tuple[str, str] | None]":
    """Yield hash and path of each line of a manifest; None for a malformed line."""
    if not path.is_file() or path.is_symlink():
        yield None
        return
    for line in path.read_text("utf-8", "replace").splitlines():
        sha256, _, name = line.partition("  ")
        is_right = (
            len(sha256) == 64 and name and not name.startswith("/") and ".." not in name.split("/")
        )
        yield (sha256, name) if is_right else None


def _missing_or_changed(folder: Path, listed: "dict[str, str]") -> Iterator[str]:
    for name, sha256 in sorted(listed.items()):
        path = folder / name
        if path.is_symlink() or not path.is_file():
            yield f"{name} tidak ada."
        elif _hash_of(path) != sha256:
            yield f"{name} sudah berubah."


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _size(folder: Path) -> Iterator[str]:
    files = [path for path in (folder / "data").rglob("*") if path.is_file()]
    found = f"Payload-Oxum: {sum(path.stat().st_size for path in files)}.{len(files)}"
    info = folder / "bag-info.txt"
    if info.is_file() and found not in info.read_text("utf-8", "replace").splitlines():
        yield "Jumlah atau ukuran isi tidak sama dengan yang tertulis di bag-info.txt."


def _events(path: Path, name: str) -> Iterator[str]:
    """Yield a sentence for each event that does not match its digest or the digest of the event
    before it.
    """
    last: dict[str, tuple[int, str]] = {}
    for line, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            told = json.loads(text)
            event = told["audit"]
            is_genuine = digest_of(event) == event["digest"] and _tells_the_same(told, event)
        except (ValueError, LookupError, TypeError, AttributeError):
            is_genuine = False
        if not is_genuine:
            yield f"{name} baris {line}: kejadian ini sudah berubah."
            continue
        position, digest = last.get(event["chain"], (0, ""))
        if event["position"] == position + 1 and position and event["previous"] != digest:
            yield f"{name} baris {line}: kejadian ini tidak menyambung kejadian sebelumnya."
        last[event["chain"]] = (event["position"], event["digest"])


def _tells_the_same(told: "dict[str, Any]", event: "dict[str, Any]") -> bool:
    """Return whether the PREMIS fields of an event agree with the audit log: time, action and
    actor.
    """
    shown = (
        told["eventDateTime"],
        told["eventDetailInformation"][0]["eventDetail"],
        told["linkingAgentIdentifier"][0]["linkingAgentIdentifierValue"],
    )
    return shown == (event["at"], event["action"], event["actor_name"])


def digest_of(event: "dict[str, Any]") -> str:
    """Return the SHA-256 over every field, each preceded by its length, as in the audit log."""
    parts = (
        event["chain"],
        str(event["position"]),
        event["at"],
        event["actor_id"],
        event["actor_name"],
        event["action"],
        event["case_id"],
        event["element"],
        json.dumps(event["details"], ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    )
    sha = hashlib.sha256(bytes.fromhex(event["previous"]))
    for part in parts:
        data = part.encode()
        sha.update(len(data).to_bytes(8, "big") + data)
    return sha.hexdigest()


def main(arguments: "list[str]") -> int:
    """Print all faults. Returns the exit code: 0 without faults, otherwise 1."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    found = list(faults(folder))
    for sentence in found:
        sys.stdout.write(f"{sentence}\n")
    sys.stdout.write(
        f"{len(found)} kesalahan ditemukan.\n" if found else "Lengkap dan tidak berubah.\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
