"""The text of a media playlist comes in, what breaks the rules of RFC 8216bis goes out; so does a pair of them."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

ATTRIBUTE = re.compile(r'([A-Z-]+)=("[^"]*"|[^,]*)')


@dataclass
class Seen:
    """A playlist as a player understands it."""

    tags: dict[str, str] = field(default_factory=dict)
    first: int = 0
    skipped: int = 0
    segments: list[tuple[str, float, str]] = field(default_factory=list)  # address, seconds, moment
    parts: dict[int, list[tuple[str, float, bool]]] = field(default_factory=dict)  # address, seconds, independent
    gaps: list[int] = field(default_factory=list)
    ended: bool = False

    def values(self, tag: str) -> dict[str, str]:
        return {name: value.strip('"') for name, value in ATTRIBUTE.findall(self.tags.get(tag, ""))}

    @property
    def next_number(self) -> int:
        return self.first + self.skipped + len(self.segments)


def understood(text: str) -> Seen:
    """Read a playlist the way its grammar says, knowing nothing of who wrote it."""
    seen, seconds, moment = Seen(), 0.0, ""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if line == "#EXT-X-ENDLIST":
            seen.ended = True
        elif line == "#EXT-X-DISCONTINUITY":
            seen.gaps.append(seen.next_number)
        elif name == "#EXTINF":
            seconds = float(value.rstrip(","))
        elif name == "#EXT-X-PROGRAM-DATE-TIME":
            moment = value
        elif name == "#EXT-X-PART":
            given = {key: each.strip('"') for key, each in ATTRIBUTE.findall(value)}
            part = (given["URI"], float(given["DURATION"]), given.get("INDEPENDENT") == "YES")
            seen.parts.setdefault(seen.next_number, []).append(part)
        elif line.startswith("#"):
            seen.tags[name] = value
            seen.first = int(seen.tags.get("#EXT-X-MEDIA-SEQUENCE", 0))
            seen.skipped = int(seen.values("#EXT-X-SKIP").get("SKIPPED-SEGMENTS", 0))
        else:
            seen.segments.append((line, seconds, moment))
    return seen


def broken_rules(text: str) -> list[str]:
    """What is wrong with one playlist."""
    seen = understood(text)
    target = int(seen.tags["#EXT-X-TARGETDURATION"])
    control = seen.values("#EXT-X-SERVER-CONTROL")
    part_target = float(seen.values("#EXT-X-PART-INF")["PART-TARGET"])
    parts = [part for pieces in seen.parts.values() for part in pieces]
    short = [p for n, pieces in seen.parts.items() for p in pieces[: -1 if n < seen.next_number else None]]
    open_s = sum(seconds for _, seconds, _ in seen.parts.get(seen.next_number, []))
    after = {n: sum(s for _, s, _ in seen.segments[n - seen.first - seen.skipped + 1 :]) + open_s for n in seen.parts}
    rules = {
        "begins with EXTM3U": text.startswith("#EXTM3U\n"),
        "version 9 for delta updates (8)": int(seen.tags["#EXT-X-VERSION"]) >= 9,
        "segments are no longer than the target, rounded (4.4.3.1)": all(
            round(seconds) <= target for _, seconds, _ in seen.segments
        ),
        "parts are no longer than the part target (4.4.4.9)": all(s <= part_target for _, s, _ in parts),
        "but for a segment's last, parts are at least 85 % of it": all(s >= 0.85 * part_target for _, s, _ in short),
        "parts leave after three target durations": all(rest < 3 * target for rest in after.values()),
        "parts of a segment are as long as it is": all(
            abs(sum(s for _, s, _ in seen.parts[n]) - seen.segments[n - seen.first - seen.skipped][1]) < 0.001
            for n in seen.parts
            if n < seen.next_number
        ),
        "part hold back is three part targets (4.4.3.8)": float(control["PART-HOLD-BACK"]) >= 3 * part_target,
        "skip boundary is six target durations (4.4.3.8)": float(control["CAN-SKIP-UNTIL"]) >= 6 * target,
        "skips nothing after the boundary": not seen.skipped
        or sum(s for _, s, _ in seen.segments) + open_s >= float(control["CAN-SKIP-UNTIL"]),
        "blocking reload": control.get("CAN-BLOCK-RELOAD") == "YES",
        "each segment has its moment": all(moment for _, _, moment in seen.segments),
        "a map, unless it was skipped": ("#EXT-X-MAP" in seen.tags) == (not seen.skipped),
        "never called an EVENT, since segments leave": "#EXT-X-PLAYLIST-TYPE" not in seen.tags,
        "a hint while it goes on, for what is not there": seen.ended
        or seen.values("#EXT-X-PRELOAD-HINT")["URI"] not in {address for address, _, _ in parts},
        "no hint at the end": not (seen.ended and "#EXT-X-PRELOAD-HINT" in seen.tags),
        "the first part of a segment is independent": all(pieces[0][2] for pieces in seen.parts.values()),
        "each moment is a segment after the last one, but for gaps (4.4.4.6)": _moments_go_on(seen),
        "a hint is the part after the newest": seen.ended or _hint_follows(seen),
        "a report says segment and part of the other rendition (4.4.5.4)": "#EXT-X-RENDITION-REPORT" not in seen.tags
        or {"URI", "LAST-MSN", "LAST-PART"} == set(seen.values("#EXT-X-RENDITION-REPORT")),
        "what is said of the whole list is said once (4.4.3)": all(
            text.count(f"\n{tag}:") == 1
            for tag in ("#EXT-X-TARGETDURATION", "#EXT-X-PART-INF", "#EXT-X-SERVER-CONTROL", "#EXT-X-MEDIA-SEQUENCE")
        ),
        "addresses are said once": len({p[0] for p in parts}) == len(parts),
    }
    return [rule for rule, holds in rules.items() if not holds]


def _moments_go_on(seen: Seen) -> bool:
    first = seen.first + seen.skipped
    return all(
        number in seen.gaps
        or abs((datetime.fromisoformat(after) - datetime.fromisoformat(before)).total_seconds() - seconds) < 0.1
        for number, ((_, seconds, before), (_, _, after)) in enumerate(pairwise(seen.segments), first + 1)
    )


def _hint_follows(seen: Seen) -> bool:
    newest = len(seen.parts.get(seen.next_number, []))
    return seen.values("#EXT-X-PRELOAD-HINT") == {"TYPE": "PART", "URI": f"{seen.next_number:08d}.{newest}.m4s"}


def broken_promises(before: str, after: str) -> list[str]:
    """What a later, whole playlist may not do to an earlier one (6.2.1, 6.2.2)."""
    old, new = understood(before), understood(after)
    shift = new.first - old.first
    common = list(zip(old.segments[shift:], new.segments, strict=False))
    hinted = old.values("#EXT-X-PRELOAD-HINT").get("URI")
    gone = sum(1 for gap in old.gaps if gap < new.first)
    sequence = [int(each.tags.get("#EXT-X-DISCONTINUITY-SEQUENCE", 0)) for each in (old, new)]
    closed_short = [n for n in old.parts if n < new.next_number and len(new.parts.get(n, ())) == len(old.parts[n])]
    rules = {
        "numbers do not go back": shift >= 0 and new.next_number >= old.next_number,
        "segments stay as they are": all(earlier == later for earlier, later in common),
        "parts stay as they are": all(
            new.parts[n][: len(old.parts[n])] == old.parts[n] for n in old.parts if n in new.parts
        ),
        "gaps that leave are counted": sequence[1] == sequence[0] + gone,
        "gaps do not move": [gap for gap in old.gaps if new.first <= gap < old.next_number]
        == [gap for gap in new.gaps if gap < old.next_number],
        "what was hinted comes, or its segment is over": hinted is None
        or hinted == new.values("#EXT-X-PRELOAD-HINT").get("URI")
        or any(hinted == address for pieces in new.parts.values() for address, _, _ in pieces)
        or bool(closed_short)
        or new.ended,
        "the target does not change": old.tags["#EXT-X-TARGETDURATION"] == new.tags["#EXT-X-TARGETDURATION"],
    }
    return [rule for rule, holds in rules.items() if not holds]
