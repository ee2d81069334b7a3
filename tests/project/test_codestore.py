"""Shards: what is written is what is read, nothing else is, and damage is noticed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight_app.concepts.codes import Codes, from_dense
from insight_app.concepts.near_misses import NearMisses
from insight_app.errors import KnownError
from insight_app.project.results import code_record, code_store
from insight_app.project.results.code_record import Notes
from insight_app.project.results.code_store import CodeReader, Place, ShardWriter
from tests import older_records

F = 300
FIRST = ("unexplained", "norms", "pooled")


def some_codes(seed: int, cells: int = 9, active: float = 0.04, concepts: int = F) -> Codes:
    rng = np.random.default_rng(seed)
    dense = rng.exponential(2, (cells, concepts)) * (rng.random((cells, concepts)) < active)
    return from_dense(dense)


def some_notes(seed: int, cells: int = 9, pooled: int = 5) -> Notes:
    """The first numbers by chance, and all that an Insight of today keeps beside them."""
    rng = np.random.default_rng(seed)
    first = (rng.random(n).astype(np.float16) for n in (cells, cells, pooled))
    misses = from_dense(rng.random((cells, F)) < rng.choice([0, 0.01, 0.2]))
    return Notes(
        *first,
        near=NearMisses(misses.indptr, misses.indices),
        features=rng.integers(-127, 128, 256).astype(np.int8),
        controls=rng.normal(size=64).astype(np.float16),
        classes=rng.permutation(1000)[:20].astype(np.uint16),
        logits=rng.normal(size=20).astype(np.float16),
        measures=np.array([1.5, np.nan, 20, 0.5], np.float16),
    )


def same_notes(one: Notes, other: Notes) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
        and getattr(one, name).dtype == getattr(other, name).dtype
        for name in (*FIRST, "features", "controls", "classes", "logits", "measures")
    ) and all(
        np.array_equal(getattr(one.near, name), getattr(other.near, name))
        for name in ("indptr", "indices")
    )


def same(one: Codes, other: Codes) -> bool:
    return one.concepts == other.concepts and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("indptr", "indices", "values")
    )


@settings(deadline=None, max_examples=15)
@given(
    seed=st.integers(0, 10**6),
    cells=st.sampled_from([1, 4, 196]),
    active=st.sampled_from([0.0, 0.002, 0.05, 1.0]),
    concepts=st.sampled_from([1, 257, 65_535]),
)
def test_any_codes_come_back_bit_for_bit(
    seed: int, cells: int, active: float, concepts: int
) -> None:
    cells = min(cells, 4) if concepts * active > 3000 else cells
    codes, notes = some_codes(seed, cells, active, concepts), some_notes(seed, cells)
    record = code_record.unpack(code_record.pack(seed, codes, notes), concepts)
    assert record.image == seed and same(record.codes(), codes)
    assert same_notes(record.notes(), notes)


def test_a_record_of_an_older_insight_is_read_and_says_what_it_does_not_know() -> None:
    codes, notes = some_codes(3), some_notes(3)
    old = older_records.record_without_sections(code_record.pack(3, codes, notes))
    record = code_record.unpack(old, F)
    assert same(record.codes(), codes)
    assert same_notes(record.notes(), Notes(notes.unexplained, notes.norms, notes.pooled))
    assert notes.near.are_known and not record.notes().near.are_known


def test_an_older_insight_reads_what_it_knows_of_a_record_of_today() -> None:
    notes = some_notes(4)
    found = older_records.notes_read(code_record.pack(4, some_codes(4), notes))
    for one, name in zip(found, FIRST, strict=True):
        assert np.array_equal(one, getattr(notes, name))


def test_a_section_of_a_newer_insight_is_passed_over_and_a_cut_one_is_damage() -> None:
    codes, notes = some_codes(5), some_notes(5)
    newer = older_records.with_more_notes(code_record.pack(5, codes, notes), b"\xc8\x03\0\0\0abc")
    assert same_notes(code_record.unpack(newer, F).notes(), notes)
    for cut in (b"\xc8", b"\xc8\x04\0\0\0abc", b"\x01\x02\0\0\0ab", b"\x04\x03\0\0\0abc"):
        spoilt = older_records.with_more_notes(code_record.pack(5, codes, notes), cut)
        with pytest.raises(KnownError, match="wrong length"):
            code_record.unpack(spoilt, F).notes()


def test_records_are_read_one_by_one_while_more_are_written(tmp_path: Path) -> None:
    writer, reader = ShardWriter(tmp_path, 1, F, 0, 0), CodeReader(tmp_path, F)
    places: list[Place] = []
    for image in range(1, 6):
        places.append(writer.append(image, some_codes(image), some_notes(image)))
        writer.commit()
        for known, place in enumerate(places, 1):
            assert same(reader.read(place, known).codes(), some_codes(known))
    writer.close()
    found = list(code_store.read_shard(tmp_path, 1, writer.size))
    assert [place for place, _ in found] == places
    assert code_store.checksum_of(tmp_path, 1, writer.size) == writer.checksum


def test_what_a_killed_commit_left_is_cut_off(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path, 1, F, 0, 0)
    writer.append(1, some_codes(1), some_notes(1))
    writer.commit()
    size, checksum = writer.size, writer.checksum
    writer.append(2, some_codes(2), some_notes(2))
    writer.close()
    again = ShardWriter(tmp_path, 1, F, size, checksum)
    again.append(3, some_codes(3), some_notes(3))
    again.commit()
    again.close()
    assert [r.image for _, r in code_store.read_shard(tmp_path, 1, again.size)] == [1, 3]
    assert code_store.checksum_of(tmp_path, 1, again.size) == again.checksum
    assert code_store.shard_path(tmp_path, 1).stat().st_size == again.size


def test_a_flipped_byte_anywhere_in_a_record_is_noticed(tmp_path: Path) -> None:
    record = code_record.pack(7, some_codes(7), some_notes(7))
    for at in range(len(record)):
        damaged = bytearray(record)
        damaged[at] ^= 0x10
        with pytest.raises(KnownError):
            code_record.unpack(bytes(damaged), F)
    with pytest.raises(KnownError):
        code_record.unpack(record[:-1], F)


def test_a_shard_that_is_short_or_foreign_is_refused(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path, 1, F, 0, 0)
    writer.append(1, some_codes(1), some_notes(1))
    writer.commit()
    writer.close()
    with pytest.raises(KnownError):
        ShardWriter(tmp_path, 1, F, writer.size + 1, 0)
    path = code_store.shard_path(tmp_path, 1)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(KnownError):
        list(code_store.read_shard(tmp_path, 1, writer.size))
    path.write_bytes(b"something else entirely, and long enough to have a header")
    with pytest.raises(KnownError):
        list(code_store.read_shard(tmp_path, 1, writer.size))


def test_an_image_of_196_cells_and_12_codes_takes_at_most_8_kilobytes() -> None:
    """Neighbouring cells see like things: eighty concepts, each strong around one place."""
    rng = np.random.default_rng(0)
    rows, cols = np.divmod(np.arange(196), 14)
    centres = rng.uniform(0, 14, (80, 2))
    distance = np.hypot(rows[:, None] - centres[:, 0], cols[:, None] - centres[:, 1])
    strength = np.exp(-distance / 4) * rng.lognormal(0, 0.3, (196, 80))
    dense = np.zeros((196, 8192))
    dense[:, rng.choice(8192, 80, replace=False)] = np.where(
        strength >= np.sort(strength, 1)[:, -12:-11], strength, 0
    )
    codes, notes = from_dense(dense), some_notes(0, 196, 384)
    assert codes.indices.size == 196 * 12
    nothing = Notes(*(np.zeros(0, np.float16),) * 3)
    bare = Notes(notes.unexplained, notes.norms, notes.pooled)
    two_a_cell = np.sort(rng.integers(0, 8192, (196, 2)).astype(np.uint16))
    near = NearMisses(np.arange(0, 393, 2), two_a_cell.reshape(-1))
    seen = replace(notes, near=near)
    assert len(code_record.pack(1, codes, nothing)) <= 8000
    assert 2 * (notes.unexplained.size + notes.norms.size + notes.pooled.size) <= 2000
    assert len(code_record.pack(1, codes, notes)) <= 10_000
    assert len(code_record.pack(1, codes, seen)) - len(code_record.pack(1, codes, bare)) <= 1300
