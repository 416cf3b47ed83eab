"""Engines that fail: small programs that stand where Tesseract would, one for each way to go wrong."""

from pathlib import Path

ANSWERS = """
case "$1" in
  --version) echo "tesseract 5.5.0"; exit 0 ;;
  --list-langs) printf 'List of available languages (2):\\nind\\nosd\\n'; exit 0 ;;
esac
"""
BODIES = {
    "crashes": "kill -SEGV $$",
    "fails": "echo 'Error in pixRead: tidak dapat dibuka' >&2; exit 1",
    "bad_message": "printf '\\377\\376' >&2; exit 1",
    "hangs": "exec sleep 300",
    "writes_nothing": "exit 0",
    "rubbish": 'echo teks > "$2.txt"; echo bukan tabel > "$2.tsv"; echo bukan pdf > "$2.pdf"',
    "bad_unicode": 'printf "\\377\\376\\200" > "$2.txt"; : > "$2.tsv"; : > "$2.pdf"',
    "bad_numbers": (
        'echo teks > "$2.txt"; echo %PDF- > "$2.pdf"; '
        "printf 'level\\tleft\\ttop\\twidth\\theight\\tconf\\ttext\\n5\\tx\\ty\\t1\\t1\\t90\\tkata\\n' > \"$2.tsv\""
    ),
}


def engine(folder: Path, kind: str) -> str:
    """The command of an engine that answers questions about itself properly and then fails as `kind` says."""
    return _program(folder / f"tesseract-{kind}", ANSWERS + BODIES[kind])


def answering(folder: Path, version: str, languages: str) -> str:
    """The command of an engine of another version or with other languages."""
    body = f"""case "$1" in --version) echo '{version}' ;; --list-langs) printf 'List:\\n{languages}\\n' ;; esac"""
    return _program(folder / "tesseract-lain", body)


def _program(path: Path, body: str) -> str:
    path.write_text("#!/bin/sh\n" + body + "\n")
    path.chmod(0o755)
    return str(path)
