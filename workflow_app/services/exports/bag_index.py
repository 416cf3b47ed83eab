"""The index page of a bag: its cases and documents as a table that any browser shows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from workflow_app.domain import WITA
from workflow_app.services.core import formatting

STYLE = (
    "body{font:1rem/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 "
    "1rem;color:#1b1f24;background:#fff}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;"
    "vertical-align:top;padding:.4rem .6rem;"
    "border-bottom:1px solid #c9ced6}a{color:#0b4f9e}code{overflow-wrap:anywhere}"
)


NAMES = {"original": "Asli", "pdf": "PDF", "text": "Teks", "events": "Kejadian"}


AS_READ = "PDF sebagaimana dibaca"


def index_page(
    title: str,
    facts: Mapping[str, str],
    papers: Sequence[Mapping[str, Any]],
    cases: Sequence[Mapping[str, Any]] = (),
) -> str:
    """The whole page, in Indonesian. Links lead to files of the bag only; nothing is fetched and
    nothing runs.
    """
    trails = "".join(
        (
            f"<li>{escape(case['number'])}: <a href='data/{escape(case['events'])}'>riwayat "
            "lengkap</a></li>\n"
        )
        for case in cases
    )
    trails = f"<h2>Berkas</h2>\n<ul>\n{trails}</ul>\n" if trails else ""
    rows = "".join(_row(no, paper) for no, paper in enumerate(papers, 1))
    told = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{escape(text)}</td></tr>"
        for name, text in facts.items()
    )
    return (
        "<!doctype html>\n<html lang='id'>\n<head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n<h1>{escape(title)}</h1>\n"
        f"<table>{told}</table>\n"
        "<p>Untuk memeriksa bahwa isinya lengkap dan tidak berubah, jalankan <code>python3 "
        "verify.py</code> di folder ini.</p>\n"
        f"{trails}"
        "<h2>Dokumen</h2>\n<table>\n<thead><tr><th scope='col'>No.</th><th "
        "scope='col'>Dokumen</th><th scope='col'>Berkas</th>"
        "<th scope='col'>Halaman</th><th scope='col'>Tingkat akses</th><th "
        "scope='col'>Diterima</th><th scope='col'>Buka</th></tr>"
        f"</thead>\n<tbody>\n{rows}</tbody>\n</table>\n</body>\n</html>\n"
    )


def _row(no: int, paper: Mapping[str, Any]) -> str:
    files = paper["files"]
    links = " · ".join(
        f"<a href='data/{escape(files[name]['path'])}'>{label}</a>"
        for name, label in _names(paper).items()
        if name in files
    )
    cells = (
        str(no),
        (
            f"{escape(paper['label'])}<br><small>SHA-256 "
            f"<code>{files['original']['sha256']}</code></small>"
        ),
        escape(", ".join(case["number"] for case in paper["cases"]) or "tanpa berkas"),
        str(paper["pages"] or "rekaman suara"),
        escape(str(paper["level"]).replace("_", " ")),
        escape(_arrival(paper)),
        links,
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"


def _arrival(paper: Mapping[str, Any]) -> str:
    """When it came, and when and by whom it was accepted into the archive."""
    told = _day(paper["added_at"])
    if accepted := paper.get("accepted_at"):
        told += f"; masuk arsip {_day(accepted)}"
        told += f" oleh {paper['accepted_by']}" if paper.get("accepted_by") else ""
    return told


def _day(instant: Any) -> str:
    """The day on which it was there: a bag made in the morning must not tell that of yesterday."""
    return formatting.day(datetime.fromisoformat(str(instant)).astimezone(WITA).date())


def _names(paper: Mapping[str, Any]) -> dict[str, str]:
    """What each file is called. The text is that of the newest version, and so is the PDF, where
    that has a copy.
    """
    if paper["version"] == 1:
        return NAMES
    newest = f"version-{paper['version']}"
    as_read = {"pdf": AS_READ} if newest not in paper["files"] else {newest: NAMES["pdf"]}
    return {
        "original": NAMES["original"],
        **as_read,
        "text": NAMES["text"],
        "events": NAMES["events"],
    }
