"""Recordings of a voice: known by their content, measured by their headers, and refused with a
sentence.
"""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr import errors, recordings
from ocr.inspect import inspect
from ocr.types import Inspection, Limits
from tests import sounds

TAKEN = Limits(max_recording_bytes=1_000_000)
CUT = (errors.TruncatedRecording, errors.UnknownType)
"""Of a file that was cut off within its first words nobody can say what it was."""


def taken(data: bytes) -> Inspection:
    return inspect(data, TAKEN)


@pytest.mark.parametrize("media_type", sounds.KINDS)
def test_every_kind_is_known_by_its_content_and_says_how_long_it_lasts(media_type: str) -> None:
    make, seconds = sounds.KINDS[media_type]
    found = taken(make())
    assert (found.media_type, found.pages, found.is_recording, found.reason) == (
        media_type,
        0,
        True,
        "",
    )
    assert found.seconds == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize("media_type", sounds.KINDS)
def test_where_no_recordings_are_taken_the_sentence_says_what_was_brought(media_type: str) -> None:
    with pytest.raises(errors.UnknownType, match="rekaman suara, bukan gambar atau PDF"):
        inspect(sounds.KINDS[media_type][0]())


def test_what_else_is_brought_where_recordings_are_taken_hears_of_them() -> None:
    with pytest.raises(errors.UnknownType, match="bukan gambar, PDF, atau rekaman suara"):
        taken(b"halo")
    with pytest.raises(errors.UnknownType, match="arsip ZIP"):
        taken(b"PK\x03\x04" + bytes(40))


def test_recordings_have_a_limit_of_their_own() -> None:
    large = sounds.wav(70)
    assert len(large) > 1_000_000
    with pytest.raises(errors.RecordingTooLarge, match="Rekaman ini 1,1 MB, paling besar 1 MB"):
        taken(large)
    assert inspect(large, Limits(max_bytes=10, max_recording_bytes=2_000_000)).seconds == 70


@pytest.mark.parametrize(
    "data",
    [
        sounds.mp3(tag=bytes(300)),
        sounds.mp3() + b"TAG" + bytes(125),
        sounds.mp3(1, tag=bytes(9)),
        sounds.aac() + bytes(30),
    ],
)
def test_tags_and_padding_around_the_sound_are_no_damage(data: bytes) -> None:
    assert taken(data).reason == ""


@pytest.mark.parametrize(
    "data", [sounds.mp3()[:-100], sounds.aac()[:-1], sounds.ogg(is_ended=False)]
)
def test_what_may_have_lost_its_end_is_kept_and_says_so(data: bytes) -> None:
    assert "mungkin terpotong" in taken(data).reason


def test_a_wav_whose_recorder_never_came_back_lasts_as_long_as_it_goes_on() -> None:
    whole = sounds.wav(3)
    at = whole.index(b"data") + 4
    for length in (0, 0xFFFF_FFFF):
        found = taken(whole[:at] + struct.pack("<I", length) + whole[at + 4 :])
        assert (found.seconds, "mungkin terpotong" in found.reason) == (3, True)


@pytest.mark.parametrize("media_type", ["audio/wav", "audio/ogg", "audio/mp4"])
def test_what_is_cut_off_is_refused_wherever_it_was_cut(media_type: str) -> None:
    whole = sounds.KINDS[media_type][0]()
    for end in {*range(1, 400), *range(400, len(whole) - 1, 97), len(whole) - 1}:
        try:
            found = taken(whole[:end])
        except CUT as refusal:
            assert refusal.sentence.endswith(".")
        else:
            assert "mungkin terpotong" in found.reason, end


@pytest.mark.parametrize(
    ("track", "brand"),
    [(b"vide", b"isom"), (b"vide", b"M4A "), (b"pict", b"mp42"), (b"soun", b"avif")],
)
def test_pictures_that_move_are_no_recording(track: bytes, brand: bytes) -> None:
    with pytest.raises(errors.UnknownType):
        taken(sounds.m4a(track=track, brand=brand))


def test_pictures_in_an_ogg_are_no_recording() -> None:
    with pytest.raises(errors.UnknownType):
        taken(sounds.ogg(codec=b"\x80theora"))


@pytest.mark.parametrize(
    "data",
    [
        sounds.wav().replace(struct.pack("<I", 16000), bytes(4)),
        sounds.wav(0).replace(b"data", b"junk"),
        sounds.ogg().replace(b"OggS", b"XggS").replace(b"XggS", b"OggS", 1),
    ],
)
def test_what_is_broken_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises((errors.DamagedRecording, errors.TruncatedRecording), match="Salin lagi"):
        taken(data)


def test_a_header_that_claims_years_says_nothing() -> None:
    claimed = sounds.ogg().replace(struct.pack("<q", 3 * 48000 + 312), struct.pack("<q", 2**62))
    assert taken(claimed).seconds is None
    assert taken(sounds.m4a(8 * 24 * 3600.0 - 1)).seconds is None


def test_boxes_without_end_are_not_walked_for_ever() -> None:
    hostile = sounds.m4a() + (b"\x00\x00\x00\x08free" * 100_000)
    with pytest.raises(errors.DamagedRecording):
        inspect(hostile, Limits(max_recording_bytes=10_000_000))


@given(
    kind=st.sampled_from(sorted(sounds.KINDS)),
    end=st.integers(0, 5000),
    spots=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=6),
)
def test_whatever_comes_is_taken_or_refused_and_nothing_else(
    kind: str, end: int, spots: list[tuple[int, int]]
) -> None:
    data = bytearray(sounds.KINDS[kind][0]()[: end or None])
    for at, byte in spots:
        if at < len(data):
            data[at] = byte
    try:
        found = taken(bytes(data))
    except errors.Refused as refusal:
        assert refusal.sentence
    else:
        assert found.seconds is None or found.seconds >= 0


def test_kinds_are_those_that_can_be_measured() -> None:
    assert {*sounds.KINDS} == recordings.KINDS
