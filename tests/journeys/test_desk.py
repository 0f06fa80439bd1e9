"""Bo's desk in a real browser: it fits its window, nothing moves under the pointer, keys do their work alone."""

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from ingest import store
from ingest.consent import ALL
from ingest.database import now
from ingest.live.lobby import telephone
from questions import moderation, queue
from questions import store as questions
from tests.journeys.house import wait_for
from tests.standins.browser import WatchedBrowser, chromium, findings
from tests.web import sample
from tests.web.conftest import PASSWORD
from web.asgi import site

pytestmark = [pytest.mark.journey, pytest.mark.beside]
SIZES = {"desk": (1366, 768), "tablet": (1024, 768)}
OVERFLOWING = """() =>
  [document.documentElement, ...document.querySelectorAll('.column--desk, .time__inner, .cue, .strip, .why')]
  .filter(each => each.scrollHeight > each.clientHeight + 1 || each.scrollWidth > each.clientWidth + 1)
  .map(each => `${each.className} ${each.scrollWidth}×${each.scrollHeight}`)"""


@dataclass
class Desk:
    sample: sample.Sample
    origin: str
    page: Page

    def open(self) -> None:
        self.page.goto(f"{self.origin}/staff/office-hours/{self.sample.running.id}/board")
        expect(self.page.locator("#shown-title")).to_be_visible()

    def queue(self, text: str) -> str:
        """Somebody else queues a question meanwhile; it comes at the end."""
        house, hour = self.sample.house, self.sample.running
        id = sample.ask(house, hour, "Mia", text)
        with house.database.transaction() as connection:
            asked = moderation.approve(connection, questions.get(connection, id), by="somebody")
            queue.queue(connection, asked, by="somebody")
        return id

    def items(self) -> list[str]:
        return self.page.locator(".order__item .order__words strong").all_inner_texts()


@pytest.fixture(scope="module")
def browser() -> Iterator[WatchedBrowser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def desk(browser: WatchedBrowser, tmp_path: Path) -> Iterator[Desk]:
    made = sample.build(tmp_path)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(site(made.house), log_level="warning", timeout_graceful_shutdown=1))
    running = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    running.start()
    wait_for(lambda: server.started, 20)
    page = browser.page(locale="de-DE", viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    it = Desk(made, f"http://127.0.0.1:{listening.getsockname()[1]}", page)
    page.goto(f"{it.origin}/login")
    page.get_by_label("Mailadresse").fill(sample.EMAIL)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url("**/staff")
    it.open()
    yield it
    page.context.close()
    server.should_exit = True
    running.join(timeout=10)


def test_the_time_a_question_takes_is_counted(desk: Desk, browser: WatchedBrowser) -> None:
    """Two scripts count on this page: neither may take the other's figures."""
    spent = desk.page.locator(".cue__budget")
    expect(spent).to_have_text(re.compile(r"^\d+:\d\d / \d+:\d\d$"))
    before = spent.inner_text()
    expect(spent).not_to_have_text(before)
    expect(spent).to_have_text(re.compile(r"^\d+:\d\d / \d+:\d\d$"))
    assert [words for words in browser.messages if "Cannot" in words] == []


DEVICES = """async (cases) => {
  const { offered, suggested, warnings } = await import("/static/telephone_devices.js");
  const device = ([kind, deviceId, label, groupId]) => ({ kind, deviceId, label, groupId });
  return cases.map(({ list, input, output, own, canRoute, label }) => {
    const devices = list.map(device);
    return {
      offered: offered(devices, "audioinput").map(({ deviceId }) => deviceId),
      suggested: suggested(devices, "audioinput", label),
      warnings: warnings({ devices, input, output, own, canRoute }),
    };
  });
}"""
USUAL = [
    ("audioinput", "default", "Standard - Laptop", "a"), ("audioinput", "l", "Laptop", "a"),
    ("audioinput", "u", "USB", "b"), ("audioinput", "v", "Virtual", "c"),
    ("audiooutput", "default", "Standard - Speaker", "a"), ("audiooutput", "s", "Speaker", "a"),
    ("audiooutput", "t", "USB", "b"),
]  # fmt: skip
UNNAMED = [("audioinput", "first", "", ""), ("audioinput", "second", "", "")]  # Firefox: the usual one comes first


def test_the_telephones_devices_are_chosen_and_wrong_ones_named(desk: Desk) -> None:
    def case(**values: object) -> dict[str, object]:
        return {"list": USUAL, "input": "u", "output": "t", "own": [], "canRoute": True, "label": None} | values

    cases = [
        case(), case(label="Virtual"), case(label="unplugged meanwhile"), case(input="l"), case(own=["u"]),
        case(own=["l"], input="l"), case(output="s"), case(canRoute=False),
        case(list=UNNAMED, input="first", output=""),
    ]  # fmt: skip
    found = desk.page.evaluate(DEVICES, cases)
    assert [each["suggested"] for each in found] == ["u", "v", "u", "u", "u", "u", "u", "u", "second"]
    assert [each["warnings"] for each in found] == [
        [], [], [], ["standard-input"], ["own-microphone"], ["own-microphone"], ["standard-output"], ["fixed-output"],
        ["standard-input", "fixed-output"],
    ]  # fmt: skip
    assert found[0]["offered"] == ["l", "u", "v"]


def test_without_sound_inputs_a_sentence_says_why_nobody_can_telephone(desk: Desk) -> None:
    expect(desk.page.get_by_role("button", name="Anruf eintragen")).to_be_visible()
    expect(desk.page.locator("#no-telephone")).to_be_hidden()
    desk.page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { get: () => undefined })")
    desk.open()
    expect(desk.page.locator("#no-telephone")).to_contain_text("Toneingänge")
    expect(desk.page.get_by_role("button", name="Anruf eintragen")).to_be_hidden()
    expect(desk.page.locator("#phone")).to_be_hidden()


def test_it_fits_its_window_and_axe_finds_nothing(desk: Desk) -> None:
    for size in SIZES.values():
        desk.page.set_viewport_size({"width": size[0], "height": size[1]})
        for key in ("m", "c"):  # as it is, and cut with a mark to explain
            assert desk.page.evaluate(OVERFLOWING) == []
            assert findings(desk.page) == []
            desk.page.keyboard.press(key)
            desk.page.wait_for_timeout(600)
        desk.page.keyboard.press("w")
        desk.page.wait_for_timeout(600)


def test_it_fits_with_a_telephone_beside_it(desk: Desk) -> None:
    with desk.sample.house.database.transaction() as connection:
        hour = store.office_hour(connection, desk.sample.running.id)
        for name in ("Herr Albers", "Frau Oppermann"):
            caller = telephone.add(connection, hour, name=name, topic="Bus", under_18=False, at=now())
            store.answer_consent(connection, caller.id, dict.fromkeys(ALL, True), 1, "Bo Brandt")
    desk.page.locator(".caller", has_text="Herr Albers").get_by_role("button", name="Verbinden").click()
    expect(desk.page.locator("#phone-words")).to_contain_text("Sie sind nicht auf Sendung.")
    for size in SIZES.values():
        desk.page.set_viewport_size({"width": size[0], "height": size[1]})
        for opened in (False, True):
            if opened:
                desk.page.get_by_role("button", name="Anruf eintragen").click()
            assert desk.page.evaluate(OVERFLOWING) == []
            assert findings(desk.page) == []
        desk.page.keyboard.press("Escape")
        expect(desk.page.locator("#noting")).to_be_hidden()


def test_what_is_under_the_pointer_stays_there(desk: Desk) -> None:
    button = desk.page.locator(".order__item", has_text="Deniz").get_by_role("button", name="Nach vorn", exact=True)
    button.hover()
    before = button.bounding_box()
    id = desk.queue("Wann kommt der Bus?")
    expect(desk.page.locator(".order__item", has_text="Wann kommt der Bus?")).to_have_count(1)  # it came at the end
    assert button.bounding_box() == before
    with desk.sample.house.database.transaction() as connection:
        line = [each.id for each in queue.queued(connection, desk.sample.running.id)]
        queue.arrange(connection, desk.sample.running.id, [id, *(each for each in line if each != id)])
        first = questions.get(connection, line[0])
        queue.take_out(connection, first, by="somebody")  # what lies above the pointer goes
    desk.page.wait_for_timeout(1500)
    assert button.bounding_box() == before
    desk.page.mouse.move(5, 5)
    asked = desk.page.locator(".order__item", has=desk.page.get_by_text("Frage", exact=True))
    expect(asked.first).to_contain_text("Wann kommt der Bus?")


def test_a_field_in_which_somebody_types_is_left_alone(desk: Desk) -> None:
    desk.page.keyboard.press("m")
    desk.page.locator("#why").fill("Name einer")
    desk.page.locator("#why").focus()
    desk.queue("Wann kommt der Bus?")
    expect(desk.page.locator(".order__item", has_text="Wann kommt der Bus?")).to_have_count(1)
    desk.page.keyboard.type(" neuen Nachbarin")  # n would be the next one, c a cut
    expect(desk.page.locator("#why")).to_have_value("Name einer neuen Nachbarin")
    expect(desk.page.locator("#why")).to_be_focused()
    expect(desk.page.locator(".cue--air")).to_contain_text("Radweg")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".why__none")).to_contain_text("Name einer neuen Nachbarin")


def test_everything_goes_by_keys(desk: Desk) -> None:
    shown = desk.page.locator(".cue--air .cue__text")
    desk.page.keyboard.press("?")
    expect(desk.page.get_by_role("dialog")).to_be_visible()
    desk.page.keyboard.press("n")
    desk.page.keyboard.press("Escape")
    expect(shown).to_have_text("Wann wird der Radweg an der Lindenstraße gebaut?")  # keys wait while the list is open
    first, second, third = desk.items()[:3]
    desk.page.locator(".order__item").nth(1).get_by_role("button", name="Nach vorn", exact=True).focus()
    desk.page.keyboard.press("ArrowUp")
    expect(desk.page.locator(".order__item .order__words strong").first).to_have_text(second)
    desk.page.keyboard.press("ArrowDown")  # the focus has gone with it
    expect(desk.page.locator(".order__item .order__words strong").first).to_have_text(first)
    assert desk.items()[:3] == [first, second, third]
    desk.page.keyboard.press("n")
    expect(shown).to_contain_text("Seit zwei Jahren")
    desk.page.keyboard.press("z")
    expect(shown).to_have_text("Wann wird der Radweg an der Lindenstraße gebaut?")
    desk.page.keyboard.press("+")
    expect(desk.page.locator(".time__end")).to_contain_text("+5")
