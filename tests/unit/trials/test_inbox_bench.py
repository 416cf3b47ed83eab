"""One slow list among many is told."""

from workflow_app.tools.load.pages import Growth, Latency, growth


def latency(p95: float, **lists: float) -> Latency:
    return Latency(1, 10, 60, 1.0, p95, p95, "saya", 1.0, lists)


def test_the_list_that_grew_most_is_named_beside_all_of_them() -> None:
    few = latency(10.0, saya=8.0, antrean=5.0)
    many = latency(11.0, saya=8.0, antrean=20.0, later=90.0)

    assert growth(few, many) == Growth(all_lists=1.1, one_list=4.0, which="antrean")
