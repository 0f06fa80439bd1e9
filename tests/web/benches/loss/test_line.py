"""The line loses, delays and reorders as it is told, and nothing else."""

import json
import subprocess
import sys

import pytest

from web.benches.loss.line import Conditions, Line, link, missing

PACKETS = 1000

RECEIVER = """
import json, socket, sys, time
box = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
box.bind((sys.argv[1], 5000))
box.settimeout(3)
print("ready", flush=True)
came = []
try:
    while True:
        data = box.recv(2000)
        if data == b"end":
            break
        number, sent = data.split()[:2]
        came.append((int(number), time.monotonic() - float(sent)))
except TimeoutError:
    pass
print(json.dumps(came))
"""
SENDER = """
import socket, sys, time
box = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for number in range(int(sys.argv[2])):
    box.sendto(b"%d %.6f " % (number, time.monotonic()) + bytes(1000), (sys.argv[1], 5000))
    time.sleep(0.002)
time.sleep(0.3)
for _ in range(20):
    box.sendto(b"end", (sys.argv[1], 5000))
"""


def through(line: Line, count: int = 2000, every_s: float = 0.002) -> list[float | None]:
    return [line.due(number * every_s) for number in range(count)]


def test_perfect_line_changes_nothing() -> None:
    assert through(Line(Conditions(), 1), 5) == [0.0, 0.002, 0.004, 0.006, 0.008]


def test_same_seed_loses_the_same_packets() -> None:
    conditions = Conditions(loss=0.03, delay_s=0.05, jitter_s=0.02)

    assert through(Line(conditions, 7)) == through(Line(conditions, 7))
    assert through(Line(conditions, 7)) != through(Line(conditions, 8))


def test_loss_is_the_share_asked_for() -> None:
    line = Line(Conditions(loss=0.03), 1)
    through(line, 20_000)

    # Four standard deviations of 20,000 draws at 3 % are 0.5 %.
    assert line.lost / 20_000 == pytest.approx(0.03, abs=0.005)
    assert line.lost + line.carried == 20_000


def test_jitter_keeps_the_order() -> None:
    dues = through(Line(Conditions(delay_s=0.05, jitter_s=0.02), 1))
    times = [due for due in dues if due is not None]

    assert times == sorted(times)
    assert all(0.03 <= due - number * 0.002 <= 0.0701 for number, due in enumerate(times))


def test_reordering_comes_when_asked_for() -> None:
    dues = through(Line(Conditions(delay_s=0.05, reorder=0.1), 1))
    late = sum(1 for number, due in enumerate(dues) if due is not None and due - number * 0.002 > 0.06)

    assert late / len(dues) == pytest.approx(0.1, abs=0.03)


def test_a_line_is_bad_for_a_while_only() -> None:
    line = Line(Conditions(loss=1.0, delay_s=0.05, jitter_s=0.02, between=(10.0, 20.0)), 1)
    assert [line.due(now_s) for now_s in (0.0, 9.9, 10.0, 19.9, 20.0)] == [0.05, pytest.approx(9.95), None, None, 20.05]


@pytest.mark.journey
@pytest.mark.parametrize("reorder", [0.0, 0.05])
def test_packets_across_the_link_show_loss_and_delay(reorder: float) -> None:
    if reason := missing():
        pytest.skip(reason)
    conditions = Conditions(loss=0.05, delay_s=0.05, jitter_s=0.01, reorder=reorder)
    with link(conditions, Conditions(), seed=3) as (here, there):
        receiver = subprocess.Popen(
            there.command([sys.executable, "-c", RECEIVER, there.address]), stdout=subprocess.PIPE, text=True
        )
        assert receiver.stdout is not None
        assert receiver.stdout.readline() == "ready\n"
        subprocess.run(here.command([sys.executable, "-c", SENDER, there.address, str(PACKETS)]), check=True)
        output, _ = receiver.communicate(timeout=20)
    came = json.loads(output)
    numbers, delays = [number for number, _ in came], sorted(delay for _, delay in came)

    # Four standard deviations of 1,000 draws at 5 % are 2.8 %.
    assert 1 - len(came) / PACKETS == pytest.approx(0.05, abs=0.028)
    # The machine's scheduling comes on top of the line's delay; a busy one may add some 10 ms to the median.
    assert delays[0] >= 0.0399
    assert 0.045 <= delays[len(delays) // 2] <= 0.075
    assert (numbers == sorted(numbers)) == (reorder == 0)


@pytest.mark.journey
def test_link_leaves_nothing_behind() -> None:
    if reason := missing():
        pytest.skip(reason)
    with link(Conditions()) as (here, there):
        assert {here.namespace, there.namespace} <= namespaces()

    assert not {here.namespace, there.namespace} & namespaces()


def namespaces() -> set[str]:
    listed = subprocess.run(["ip", "netns", "list"], check=True, capture_output=True, text=True).stdout
    return {line.split()[0] for line in listed.splitlines()}
