"""Engines that fail: small programs that stand where Tesseract would, one for each way to go
wrong.
"""

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
        "printf "
        "'level\\tleft\\ttop\\twidth\\theight\\tconf\\ttext\\n"
        '5\\tx\\ty\\t1\\t1\\t90\\tkata\\n\' > "$2.tsv"'
    ),
}


CHILD = "anak"
"""Name of the file in which `forks` leaves the id of the process it started."""
BODIES |= {
    "forks": f'sleep 300 & echo $! > "$(dirname "$0")/{CHILD}"; wait',
    "leaves_a_child": f'sleep 300 & echo $! > "$(dirname "$0")/{CHILD}"; exit 1',
    "eats": "exec python3 -c 'x = bytearray(10**10)'",
    "shouts": "exec yes >&2",
    "is_cut_short": (
        'cat /dev/zero > "$2.txt" 2> /dev/null; printf %PDF- > "$2.pdf"; : > "$2.tsv"; exit 0'
    ),
    "fills_the_disk": 'exec dd if=/dev/zero of="$2.txt" bs=1M count=2000',
}
SILENT = f'sleep 300 & echo $! > "$(dirname "$0")/{CHILD}"; wait'
"""An engine that does not even say which version it is."""


def engine(folder: Path, kind: str) -> str:
    """The command of an engine that answers questions about itself properly and then fails as
    `kind` says.
    """
    return _program(folder / f"tesseract-{kind}", ANSWERS + BODIES[kind])


def silent(folder: Path) -> str:
    """The command of an engine that never answers, and whose child holds its output open."""
    return _program(folder / "tesseract-diam", SILENT)


def unsure(folder: Path, of: str) -> str:
    """The command of the genuine engine, that has read one doubtful word whenever its arguments
    hold `of`.
    """
    table = "level\\tleft\\ttop\\twidth\\theight\\tconf\\ttext\\n5\\t9\\t9\\t9\\t9\\t20\\tragu\\n"
    body = f"""case "$*" in
  *{of}*) echo ragu > "$2.txt"; printf '%%PDF-' > "$2.pdf"; printf '{table}' > "$2.tsv" ;;
  *) exec tesseract "$@" ;;
esac"""
    return _program(folder / "tesseract-ragu", body)


def fails_for(folder: Path, of: str) -> str:
    """The command of the genuine engine, that fails whenever its arguments hold `of`."""
    return _program(
        folder / "tesseract-gagal", f'case "$*" in *{of}*) exit 1 ;; esac; exec tesseract "$@"'
    )


def child_of(folder: Path) -> int:
    """Id of the process that an engine of `folder` has started."""
    return int((folder / CHILD).read_text())


def answering(folder: Path, version: str, languages: str) -> str:
    """The command of an engine of another version or with other languages."""
    body = f"""case "$1" in
        --version) echo '{version}' ;;
        --list-langs) printf 'List:\\n{languages}\\n' ;;
    esac"""
    return _program(folder / "tesseract-lain", body)


def _program(path: Path, body: str) -> str:
    path.write_text("#!/bin/sh\n" + body + "\n")
    path.chmod(0o755)
    return str(path)
