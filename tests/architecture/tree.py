"""The files of this repository, as git knows them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TEXTS = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".yml",
    ".yaml",
    ".json",
    ".html",
    ".css",
    ".js",
    ".bpmn",
    ".dmn",
    ".example",
    ".mako",
    "",
}


@cache
def tracked() -> tuple[Path, ...]:
    """Tracked files that exist, relative to the root."""
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return tuple(
        path for name in done.stdout.split("\0") if name and (ROOT / (path := Path(name))).is_file()
    )


def texts() -> list[Path]:
    """Tracked files a person reads."""
    return [path for path in tracked() if path.suffix in TEXTS]
