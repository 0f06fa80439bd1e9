"""Changes to captions: whoever is second is told, what comes out are valid cues, and all of it can be undone."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcode import drafts, editing, reading
from transcode.editing import Change, Kind, Overlaps, Overtaken, Passage, Passages, Unreadable, apply, named
from transcode.webvtt import subrip, webvtt

BASE = [
    Passage(id="a", start_ms=0, end_ms=2000, text="Guten Abend.", speaker="Ada", seen="base"),
    Passage(id="b", start_ms=2040, end_ms=4000, text="Wann kommt\nder Radweg?", speaker="Chris", seen="base"),
    Passage(id="c", start_ms=6000, end_ms=8000, text="Im April.", speaker="Ada", seen="base"),
    Passage(id="x", start_ms=6500, end_ms=7500, text="Untertitel im Auftrag", out=True, seen="base"),
]


def over(passage: Passage, id: str = "1", kind: Kind = Kind.TEXT, **values: object) -> Change:
    put = replace(passage, **values)  # type: ignore[arg-type]
    return Change(id=id, kind=kind, takes={passage.id: passage.seen}, puts=(put,))


def undone(passages: Passages, change: Change, before: Passages, id: str) -> Change:
    """As the page takes something back: only over what is still as the change left it."""
    takes = {}
    for each in change.puts:
        now = passages.get(each.id)
        if now is None or replace(now, seen="") != replace(each, seen=""):
            raise Overtaken(each.id)
        takes[each.id] = now.seen
    return Change(id=id, kind=Kind.UNDO, takes=takes, puts=tuple(before[id] for id in change.takes))


def test_a_change_takes_and_puts() -> None:
    after = apply(named(BASE), over(BASE[1], text="Wann kommt\ndie Tram?"))
    assert [each.text for each in editing.shown(after)] == ["Guten Abend.", "Wann kommt\ndie Tram?", "Im April."]
    assert after["b"].seen == "1"


def test_who_is_second_at_a_passage_is_told_and_changes_nothing() -> None:
    first = apply(named(BASE), over(BASE[1], text="Wann kommt die Tram?"))
    with pytest.raises(Overtaken):
        apply(first, over(BASE[1], "2", text="Wann kommt der Bus?"))
    apply(first, over(BASE[2], "2", text="Im Mai."))


def test_a_passage_that_was_joined_away_is_no_longer_there() -> None:
    whole = replace(BASE[0], end_ms=4000, text="Guten Abend. Wann?")
    joined = apply(named(BASE), Change(id="1", kind=Kind.JOIN, takes={"a": "base", "b": "base"}, puts=(whole,)))
    with pytest.raises(Overtaken):
        apply(joined, over(BASE[1], "2", text="Wann?"))


def test_two_may_not_be_shown_at_once() -> None:
    with pytest.raises(Overlaps):
        apply(named(BASE), over(BASE[1], kind=Kind.TIMES, end_ms=6500))
    # Both wanted the free time between them: who comes second finds it taken.
    longer = apply(named(BASE), over(BASE[1], kind=Kind.TIMES, end_ms=5500))
    with pytest.raises(Overlaps):
        apply(longer, over(BASE[2], "2", kind=Kind.TIMES, start_ms=5000))


def test_what_is_left_out_may_lie_at_any_time() -> None:
    apply(named(BASE), over(BASE[3], start_ms=3000))
    with pytest.raises(Overlaps):
        apply(named(BASE), over(BASE[3], kind=Kind.IN, out=False))


def test_text_is_put_in_order() -> None:
    values = {
        "id": "a",
        "start_ms": 0,
        "end_ms": 900,
        "text": "  Guten\u00ad \u200b  Abend \n\n  -->  \r\n Ada\u0301\x00 ",
    }
    assert editing.passage_of(values).text == "Guten Abend\n→\nAdá"


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " \n "},
        {"text": "w" * 401},
        {"text": "\n".join("abcdefghi")},
        {"start_ms": -1},
        {"end_ms": 10},
        {"end_ms": "900"},
        {"start_ms": True},
        {"speaker": "w" * 81},
        {"id": "../x"},
        {"id": 3},
    ],
)
def test_what_is_no_passage_is_refused(wrong: dict[str, object]) -> None:
    values = {"id": "a", "start_ms": 0, "end_ms": 900, "text": "Guten Abend"}
    editing.passage_of(values)
    with pytest.raises(Unreadable):
        editing.change_of({"id": "1", "kind": "text", "takes": {}, "puts": [values | wrong]})


@pytest.mark.parametrize(
    "wrong", [{"kind": "burn"}, {"takes": 3}, {"puts": 3}, {"puts": [3]}, {"id": ""}, {"puts": [], "takes": {}}]
)
def test_what_is_no_change_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        editing.change_of({"id": "1", "kind": "text", "takes": {"a": "base"}, "puts": []} | wrong)


def test_a_change_is_stored_and_read_again() -> None:
    change = over(BASE[1], text="Wann?", doubts=(editing.Doubt(kind="unsure", word="Wann"),), checked=True, hand=True)
    assert editing.stored_change("1", "text", json.dumps(change.values())) == change


# Any sequence of edits and undos

TEXTS = st.text(alphabet=st.sampled_from("abcäß .,-->&<>\n\u200b\"'!🙂0:"), min_size=1, max_size=30)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["text", "times", "split", "join", "out", "undo", "stale", "add"]), st.integers(0, 9), TEXTS,
        st.integers(0, 9000), st.integers(0, 3000),
    ),
    max_size=12,
)  # fmt: skip


def wished(kind: str, line: list[Passage], at: int, text: str, start: int, length: int, id: str) -> Change | None:
    one = line[at % len(line)]
    if kind == "text" or kind == "stale":
        return Change(
            id=id,
            kind=Kind.TEXT,
            takes={one.id: one.seen if kind == "text" else "old"},
            puts=(replace(one, text=text),),
        )
    if kind == "times":
        return over(one, id, Kind.TIMES, start_ms=start, end_ms=start + length)
    if kind == "out":
        return over(one, id, Kind.OUT, out=not one.out)
    if kind == "add":
        new = Passage(id=f"n{id}", start_ms=start, end_ms=start + length, text=text)
        return Change(id=id, kind=Kind.TEXT, puts=(new,))
    if kind == "split":
        middle = (one.start_ms + one.end_ms) // 2
        second = replace(one, id=f"n{id}", start_ms=middle + 40, text=text)
        return Change(id=id, kind=Kind.SPLIT, takes={one.id: one.seen}, puts=(replace(one, end_ms=middle), second))
    if kind == "join" and len(line) > 1:
        other = line[(at + 1) % len(line)]
        whole = replace(one, text=f"{one.text}\n{text}", end_ms=max(one.end_ms, other.end_ms))
        return Change(id=id, kind=Kind.JOIN, takes={one.id: one.seen, other.id: other.seen}, puts=(whole,))
    return None


@settings(max_examples=40)
@given(ACTS)
def test_any_sequence_of_edits_and_undos_gives_valid_cues(acts: list[tuple[str, int, str, int, int]]) -> None:
    passages: Passages = named(BASE)
    log: list[tuple[Change, Passages]] = []
    made: list[Change] = []
    for number, (kind, at, text, start, length) in enumerate(acts):
        try:
            if kind == "undo":
                if not log:
                    continue
                change = undone(passages, *log.pop(), id=str(number))
            else:
                wish = wished(kind, editing.in_order(passages), at, text, start, length, str(number))
                if wish is None:
                    continue
                change = editing.change_of({"id": wish.id, "kind": wish.kind} | wish.values())
            after = apply(passages, change)
        except editing.Refused:
            continue
        if kind != "undo":
            log.append((change, passages))
        made.append(change)
        passages = after
        check(passages)
    # Replayed from the rows it is the same text.
    assert editing.replayed(BASE, made) == passages
    # And undone to the beginning, as far as nothing stands in the way, it is the text from before.
    while log:
        passages = apply(passages, undone(passages, *log.pop(), id=f"u{len(log)}"))
        check(passages)
    assert [replace(each, seen="base") for each in editing.in_order(passages)] == editing.in_order(named(BASE))


def check(passages: Passages) -> None:
    """In order, never two at once, no text empty; WebVTT and SubRip are read again as they were."""
    shown = editing.shown(passages)
    assert all(one.end_ms <= other.start_ms for one, other in pairwise(shown))
    cues = drafts.cues(shown)
    if not cues:
        return  # a file without a cue is none that somebody would bring
    again = reading.read(webvtt(cues))
    assert again.problems == ()
    assert again.cues == tuple(cues)
    assert [cue.start_s for cue in reading.read(subrip(cues)).cues] == [cue.start_s for cue in cues]
