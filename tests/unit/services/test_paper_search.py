"""Snippets of found pages."""

from archive.page_content import MARK_END, MARK_START
from workflow_app.services.documents import search


def test_a_snippet_is_plain_text_in_pieces() -> None:
    snippet = f"surat {MARK_START}kehilangan{MARK_END} &lt;b&gt; &amp; {MARK_START}KTP{MARK_END}"

    assert search.split(snippet) == [
        ("surat ", False),
        ("kehilangan", True),
        (" <b> & ", False),
        ("KTP", True),
    ]


def test_unpaired_marks_do_no_harm() -> None:
    assert "".join(text for text, _ in search.split(f"a{MARK_START}b")) == f"a{MARK_START}b"
