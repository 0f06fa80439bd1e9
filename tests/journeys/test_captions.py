"""Two people correct the captions of an office hour at once, one of them on a line that dies; then all is public."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ingest import steps
from ingest.officehours import OfficeHour
from tests.journeys.newsroom import Town, at_desk, heard, newsroom, over
from tests.journeys.visitors import Album, complaints, is_too_wide
from tests.transcode.test_cues import said
from tests.web.conftest import SmallHouse
from transcode.cues import cues
from transcode.speech import Word
from transcode.webvtt import webvtt

pytestmark = [pytest.mark.journey, pytest.mark.beside]

SPOKEN = [
    "Guten Abend und willkommen.",
    "Wann kommt der Rathweg?",
    "Der Rathweg kommt im April.",
    "Die Linden bleiben.",
]
MANY = 1000


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with newsroom(tmp_path_factory.mktemp("town")) as town:
        yield town


def work(house: SmallHouse, hour: OfficeHour) -> None:
    """What the worker would do now."""
    with house.database.reading() as connection:
        waiting = [step.id for step in steps.of_office_hour(connection, hour.id)]
    assert [house.engine.run(id) for id in waiting] == [steps.State.DONE]


def test_two_at_once_and_a_dead_line_lose_nothing(town: Town, tmp_path: Path) -> None:
    house, origin, browser = town
    hour = over(house, heard(SPOKEN), 20.0)
    bo, dana = at_desk(town, "Bo"), at_desk(town, "Dana")
    album = Album(tmp_path)
    bo.open(hour)
    dana.open(hour)

    # Each sees where the other one is.
    expect(bo.page.locator("#others")).to_contain_text("Dana")

    # The next doubtful place by key, corrected, and there on the other page by itself.
    bo.page.keyboard.press("n")
    expect(bo.page.locator(".passage[aria-current] .remark--doubt")).to_contain_text("Rathweg")
    bo.page.keyboard.press("Enter")
    bo.writes("Wann kommt der Ratsweg?")
    bo.says("kept")
    dana.reads("Wann kommt der Ratsweg?")

    # Both at the same passage, Dana on a line that is slower: who is second is told, and chooses.
    dana.passage("Wann kommt")
    expect(bo.page.locator(".passage__other").filter(has_text="Dana schreibt hier")).to_have_count(1)
    dana.page.context.set_offline(True)
    dana.writes("Wann kommt der Radweg?")
    dana.says("waiting")
    bo.passage("Wann kommt")
    bo.writes("Wann kommt der Rathausweg?")
    bo.says("kept")
    dana.page.context.set_offline(False)
    card = dana.page.locator(".conflict")
    expect(card).to_contain_text("Bo war hier schneller")
    expect(card).to_contain_text("Wann kommt der Rathausweg?")
    album.look(dana.page, "two-at-once")
    card.get_by_role("button", name="Meine Fassung nehmen").click()
    bo.reads("Wann kommt der Radweg?")

    # A dead line: what is done stays in the page and in the browser, and goes out when it can.
    bo.page.context.set_offline(True)
    bo.passage("Guten Abend")
    bo.writes("Guten Abend, liebe Gäste.")
    bo.says("waiting")
    album.look(bo.page, "dead-line", schemes=("light",))
    bo.page.close(run_before_unload=False)
    bo.page = bo.page.context.new_page()
    bo.page.context.set_offline(False)
    bo.open(hour)
    bo.says("kept")
    dana.reads("Guten Abend, liebe Gäste.")

    # Everywhere is one change, and is taken back as one.
    dana.page.locator("#list").focus()
    dana.page.keyboard.press("f")
    dana.page.get_by_label("Suchen", exact=True).fill("Rathweg")
    dana.page.get_by_label("Ersetzen durch").fill("Radweg")
    dana.page.get_by_role("button", name="Alle ersetzen").click()
    bo.reads("Der Radweg kommt im April.")
    dana.page.locator("#list").focus()
    dana.page.keyboard.press("z")
    bo.reads("Der Rathweg kommt im April.")
    dana.page.keyboard.press("y")
    bo.reads("Der Radweg kommt im April.")

    # Split and joined, with keys alone.
    bo.passage("Die Linden bleiben.")
    bo.page.keyboard.press("Escape")
    bo.page.keyboard.press("s")
    expect(bo.page.locator(".passage")).to_have_count(5)
    bo.page.keyboard.press("m")
    expect(dana.page.locator(".passage")).to_have_count(4)
    bo.says("kept")

    # Released, everybody reads it; the machine's own words are still there.
    bo.page.get_by_role("button", name="Freigeben", exact=True).click()
    expect(bo.page.locator("#public-title ~ p").first).to_contain_text("von Bo")
    work(house, hour)
    room = house.archive.room(hour.id)
    assert "Rathweg" in room.captions("de").read_text(encoding="utf-8")
    bo.page.goto(f"{origin}/replay/{hour.id}")
    said = bo.page.locator(".transcript__text")
    for words in ("Guten Abend, liebe Gäste.", "Wann kommt der Radweg?", "Der Radweg kommt im April."):
        expect(said).to_contain_text(words)
    shown = "[...document.querySelector('video').textTracks].find(({ kind }) => kind === 'captions').cues?.length"
    bo.page.wait_for_function(f"() => {shown} === 4")
    assert album.wrong == []
    assert [each for each in complaints(browser) if "ERR_INTERNET_DISCONNECTED" not in each] == []


def test_a_thousand_captions_are_there_and_no_page_is_too_wide(town: Town) -> None:
    house, _, _ = town
    hour = over(house, heard(["Wort und noch ein Wort."] * MANY), 4.0)
    bo = at_desk(town, "Bo")
    bo.open(hour)
    expect(bo.page.locator(".passage")).to_have_count(MANY)
    bo.page.locator("#list").focus()
    bo.page.keyboard.press("ArrowDown")
    bo.page.keyboard.press("Enter")
    bo.writes("Anders.")
    bo.says("kept")
    for width, height in ((390, 844), (768, 1024), (1366, 768)):
        bo.page.set_viewport_size({"width": width, "height": height})
        assert not is_too_wide(bo.page)


READ = """async (text) => {
  const video = document.body.appendChild(document.createElement("video"));
  const element = video.appendChild(document.createElement("track"));
  element.src = URL.createObjectURL(new Blob([text], { type: "text/vtt" }));
  await new Promise((resolve, reject) => {
    Object.assign(element, { onload: resolve, onerror: reject });
    element.track.mode = "hidden";
  });
  return [...element.track.cues].map((cue) => {
    const shown = cue.getCueAsHTML();
    const [voice, other] = [shown.querySelector("span[title]"), shown.querySelector("span[lang]")];
    return [cue.startTime, cue.endTime, shown.textContent, voice?.title ?? "", other?.lang ?? ""];
  });
}"""


def test_a_browser_reads_all_that_captions_can_hold(town: Town) -> None:
    _, _, browser = town
    words = [
        *said("Guten Abend, Frau <Bürgermeisterin> & Gäste.", speaker="Ada <b> & Söhne (gedolmetscht)"),
        Word(word="Yes", start_s=4.0, end_s=4.4, probability=0.3, language="en"),
        Word(word="Amara.org", start_s=9.0, end_s=9.5, probability=0.1, doubt="phrase"),
        Word(word="Gütschow", start_s=12.0, end_s=13.0, probability=0.4, heard="Gütscho --> <i>"),
        *said("Zweihundertfünfundfünfzig " * 8, start_s=20.0, word_s=0.2),
    ]
    shown = cues(words)
    read = browser.page().evaluate(READ, webvtt(shown, words))
    assert read == [[cue.start_s, cue.end_s, cue.text, cue.speaker, cue.language] for cue in shown]
