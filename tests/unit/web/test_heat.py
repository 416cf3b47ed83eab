"""How warm a step is drawn, and what stands at it."""

from collections import Counter
from datetime import timedelta

import pytest

from workflow_app.services.reporting.process_figures import Element, StepFigures
from workflow_app.web.formats import WORDS, heat_of, short

STEP = Element("periksa", "Periksa", "userTask", "petugas", (), {}, "uji")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=4), "4 dtk"),
        (timedelta(minutes=12), "12 mnt"),
        (timedelta(minutes=78), "1,3 jam"),
        (timedelta(days=3, hours=12), "3,5 hari"),
    ],
)
def test_a_length_is_one_number(span: timedelta, words: str) -> None:
    assert short(span) == words


def test_warmth_follows_the_median_and_has_a_word_each() -> None:
    warmths = []
    for bucket in (0, 100, 200, 250, 320):
        heat = heat_of(STEP, StepFigures(stays=1, lengths=Counter({bucket: 1})))
        assert heat.warmth is not None and heat.badge
        warmths.append(heat.warmth)
    assert warmths == sorted(warmths)
    assert set(warmths) <= set(range(1, len(WORDS) + 1))
    assert (warmths[0], warmths[-1]) == (1, 5)


def test_a_step_where_nothing_ended_is_not_coloured() -> None:
    assert heat_of(STEP, None).warmth is None
    assert heat_of(STEP, StepFigures(standing=3)).badge == ""
