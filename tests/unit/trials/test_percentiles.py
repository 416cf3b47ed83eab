from workflow_app.tools.load.site import milliseconds, percentile


def test_the_share_lies_at_or_below_it() -> None:
    waits = [number / 1000 for number in range(100, 0, -1)]

    assert [milliseconds(waits, share) for share in (1, 50, 95, 99, 100)] == [
        1.0,
        50.0,
        95.0,
        99.0,
        100.0,
    ]
    assert percentile([0.25], 99) == 0.25
    assert percentile([], 50) == 0.0
