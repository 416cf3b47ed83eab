"""Lists of words that say what the stemmer does not know contradict neither themselves nor each other."""

from archive import queries


def test_a_word_is_in_one_list_only() -> None:
    families = [word for family in queries._FAMILIES for word in family.split()]
    assert len(families) == len(set(families))
    assert not queries.STOP_WORDS & (queries.AS_WRITTEN | set(families))
    assert not queries.AS_WRITTEN & set(families)


def test_words_that_say_nothing_are_left_out_unless_there_are_no_others() -> None:
    assert queries.meaningful(["surat", "yang", "hilang", "di", "Pasar"]) == [
        "surat",
        "hilang",
        "Pasar",
    ]
    assert queries.meaningful(["Yang", "di"]) == ["Yang", "di"]


def test_any_form_of_a_family_stands_for_all() -> None:
    assert queries.family_of("Tertipu") == queries.family_of("penipuan")
    assert queries.family_of("dompet") == ["dompet"]


def test_a_word_is_taken_as_it_is_written_in_any_case() -> None:
    assert queries.is_as_written("Kepala")
    assert not queries.is_as_written("pala")
