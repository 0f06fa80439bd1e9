"""Runs in a child process: pieces of sound come in, lines of JSON with words and times go out, until nobody asks.

    python -m transcode.hearing --model DIR --store DIR [--pin]
    in   {"pieces": [{"path", "language", "start_s", "end_s", "heard": [[start_s, end_s], …] | null}, …]}
    out  {"duration_s": 60.0}                                         once a request, after decoding
         {"piece": 0, "at_s": 12.4, "segment": {"text", "language", "no_speech", "likelihood", "compression", "words"}}
         {"piece": 0, "whole": true}                                  nothing more is to be said of it
         {"done": true} or {"error": "...", "turn": "transient" | "permanent"}

A child, because the recogniser can neither be cancelled nor run safely in a forked worker. It stays, since loading the
model costs as much as hearing half a minute. Times are the files' own.
"""

import argparse
import json
import select
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest import steps
from transcode import languages, voice
from transcode.asked import Asked, Row, asked, grouped, shifted
from transcode.listener import IDLE_S
from transcode.recogniser import Recogniser, voiced
from transcode.segments import described, later, sentences, stretches, unsure
from transcode.sound import RATE
from transcode.voice import Stretch

Said = tuple[int, dict[str, Any]]
"""A piece's number, and a segment of it with the file's times."""


def say(**values: Any) -> None:
    """One line for the parent."""
    print(json.dumps(values, ensure_ascii=False), flush=True)


@dataclass(frozen=True)
class Ear:
    """Whoever listens."""

    recogniser: Recogniser

    def listen(self, request: dict[str, Any]) -> None:
        """Do one request, said line by line."""
        pieces = [asked(number, values) for number, values in enumerate(request["pieces"])]
        say(duration_s=sum(len(each.samples) for each in pieces) / RATE)
        done_s = 0.0
        for group in grouped(pieces):
            for each in group:
                done_s += len(each.samples) / RATE
            for number, segment in self.heard([each for each in group if each.samples.any()]):
                say(piece=number, segment=segment)
            for each in group:
                say(piece=each.number, whole=True, at_s=done_s)
        say(done=True)

    def heard(self, group: Sequence[Asked]) -> Iterator[Said]:
        """Segments of pieces in one language, with their numbers, each piece's in order but for what was missed."""
        spoken = {each.number: voiced(each.samples) for each in group}
        if not any(spoken.values()):
            return
        row = Row(pieces=group)
        windows = [
            shifted(window, row.begins_s(each)) for each in group for window in voice.windows(spoken[each.number])
        ]
        known: dict[int, list[Stretch]] = {each.number: [] for each in group}
        foreign: dict[int, list[Stretch]] = {each.number: [] for each in group}
        for segment, window, probable in self.recogniser.at_once(row.samples, windows, group[0].language):
            each = row.owner(window)
            begins_s = row.begins_s(each)
            if languages.doubtful(each.language, probable):
                foreign[each.number].append(shifted(window, -begins_s))
            elif not unsure(segment):  # the batched decoder has no second try: what it leaves open is heard again
                for sentence in sentences(described(segment, begins_s)):
                    known[each.number] += stretches(sentence)
                    yield each.number, later(sentence, each.start_s)
        for each in group:
            yield from self._rest(each, spoken[each.number], known[each.number], foreign[each.number])

    def _rest(self, each: Asked, spoken: list[Stretch], known: list[Stretch], foreign: list[Stretch]) -> Iterator[Said]:
        """What was said in another language, and what no word was written of."""
        other = [found for window in foreign for found in self.by_language(each, _inside(spoken, window))]
        for language, segment in self.recogniser.again(each.samples, other):
            said = described(segment) | {"language": language}
            known += stretches(said)
            yield each.number, later(said, each.start_s)
        missed = [(each.language, stretch) for stretch in voice.unheard(spoken, sorted(known))]
        for _, segment in self.recogniser.again(each.samples, missed):
            yield each.number, later(described(segment), each.start_s)

    def by_language(self, each: Asked, spoken: Sequence[Stretch]) -> list[tuple[str, Stretch]]:
        """The stretches of voice of a window, joined where they are in one language."""
        guessed = []
        for part in spoken:
            long = part.length_s >= languages.SHORT_S
            probable = self.recogniser.probable(each.samples, part) if long else {}
            guessed.append((languages.chosen(each.language, probable, part.length_s), part))
        return languages.joined(guessed, each.language)


def _inside(spoken: Sequence[Stretch], window: Stretch) -> list[Stretch]:
    return [part for part in spoken if window.start_s <= (part.start_s + part.end_s) / 2 <= window.end_s]


def requests(idle_s: float) -> Iterator[str]:
    """Lines of standard input, until it is closed or nobody has asked for so long."""
    while select.select([sys.stdin], [], [], idle_s)[0]:
        line = sys.stdin.readline()
        if not line:
            return
        yield line


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="transcode.hearing", description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", default="int8")
    parser.add_argument("--pin", action="store_true", help="the model must be the packaged one")
    parser.add_argument("--idle-s", type=float, default=IDLE_S)
    return parser.parse_args(argv)


def recogniser(arguments: argparse.Namespace) -> Recogniser:
    return Recogniser(
        model_name=arguments.model,
        store=arguments.store,
        threads=arguments.threads,
        precision=arguments.precision,
        pinned=arguments.pin,
    )


def answer(ear: Ear, line: str) -> bool:
    """Do one request; False after an error, which was told as a line."""
    try:
        ear.listen(json.loads(line))
    except steps.Permanent as error:
        say(error=str(error), turn="permanent")
    except (OSError, RuntimeError, ValueError) as error:
        # The network while a model is fetched, memory, a model that cannot be read: the message says which.
        turn = "transient" if isinstance(error, OSError | MemoryError) else "permanent"
        say(error=f"{type(error).__name__}: {error}", turn=turn)
    else:
        return True
    return False


def main(argv: list[str]) -> int:
    """Answer until nobody asks any more: exit status 0, or 3 after an error."""
    arguments = parse(argv)
    ear = Ear(recogniser(arguments))
    for line in requests(arguments.idle_s):
        if not answer(ear, line):
            return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
