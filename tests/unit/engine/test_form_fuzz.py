"""Whatever a browser or somebody who is none sends: reading and judging answer, and what passes can
be kept.
"""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.engine.sample_form import FORM
from workflow_app.engine import forms
from workflow_app.web.forms import Sheet, posted_of

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
ODD = st.sampled_from(
    [
        "", " ", "\x00", "\u202e", "ya", "tidak", "true", "on", "0", "-0", "1.000", "９９", "1e999",
        "NaN", "null", "[]", "{}",
        "31-02-2026", "0001-01-01", "9999-12-31", "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-12:00", "2026-W01-1T10:00",
        "2026-11-23T09:30+23:59:59.999999", "'; DROP TABLE service_case; --", "{{ config }}",
        "<script>", "=1+1", "%00",
        "data:image/png;base64,", "data:image/png;base64,iVBORw0KGgo=",
        "00000000-0000-0000-0000-000000000000", "../../etc",
    ]
)  # fmt: skip
TEXT = ODD | st.text(max_size=40) | st.from_regex(r"[0-9./:T+-]{1,30}", fullmatch=True)
NAMES = st.sampled_from(
    [
        *FORM.fields, "typename", "lane_owners", "__class__", "persyaratan.", "persyaratan..",
            "persyaratan.a.given",
        "persyaratan.a.count", "persyaratan.a.date", "persyaratan.a.documents",
        "persyaratan.a.number", "persyaratan.a.b.issuer",
        "persyaratan.typename.given", "persyaratan.__class__.reason", "pengecualian.line",
        "pengecualian.decision",
        "pengecualian.reason", "pengecualian.__init__", "",
    ]
) | st.text(max_size=12)  # fmt: skip
POSTED = st.dictionaries(NAMES, st.lists(TEXT, max_size=3), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


def judge(answers: Any) -> dict[str, str]:
    """Anything may come from an old draft."""
    faults = forms.validate(FORM, answers, NOW)
    assert {type(key) for key in faults} <= {str}
    assert all(sentence.strip() and len(sentence) < 300 for sentence in faults.values())
    return faults


@settings(max_examples=300, deadline=None)
@given(POSTED)
def test_any_form_is_read_judged_and_shown_again(posted: dict[str, list[str]]) -> None:
    answers = forms.read(FORM, posted)
    assert set(answers) <= set(FORM.fields)
    shown = forms.visible(FORM, answers)
    faults = judge(shown)
    Sheet(FORM, posted_of(FORM, answers), faults).faults()
    if not faults:
        kept = forms.separate(FORM, shown)
        text = json.dumps([kept.public, kept.personal, kept.control], ensure_ascii=False)
        assert "\x00" not in text
        assert "\\u0000" not in text
        text.encode("utf-8")


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(NAMES, JSON, max_size=6))
def test_any_stored_answers_are_judged_and_shown(answers: Any) -> None:
    shown = forms.visible(FORM, answers)
    judge(shown)
    posted_of(FORM, shown)
