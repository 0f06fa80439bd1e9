"""A browser comes in; a camera whose picture is a clock goes into the studio, and how old it is when a viewer sees it
comes out: glass to glass, by pixels and nothing else.

The clock is 15 black or white fields and one for their parity, above the name card: 10 ms a step, five minutes around.
Once a second a field beside the name card flashes, and a beep is heard for as long.
"""

import statistics
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

CAMERA = """async ticket => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const context = canvas.getContext("2d");
  const tone = new AudioContext();
  const sound = tone.createMediaStreamDestination();
  const [voice, gain] = [tone.createOscillator(), tone.createGain()];
  voice.frequency.value = 1000;
  gain.gain.value = 0;
  voice.connect(gain).connect(sound);
  voice.start();
  window.drawing = setInterval(() => {
    const flash = Date.now() % 1000 < 150;
    gain.gain.value = flash ? 0.5 : 0;
    const time = Math.floor(Date.now() / 10) % 32768;
    let parity = 0;
    for (let bit = 0; bit < 15; bit++) parity ^= (time >> bit) & 1;
    for (let bit = 0; bit < 16; bit++) {
      context.fillStyle = (bit < 15 ? (time >> bit) & 1 : parity) ? "#fff" : "#000";
      context.fillRect(bit * 40, 0, 40, 180);
    }
    context.fillStyle = "#345";
    context.fillRect(0, 180, 640, 180);
    context.fillStyle = flash ? "#fff" : "#000";
    context.fillRect(420, 200, 200, 140);
  }, 33);
  const peer = window.peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  for (const track of [...canvas.captureStream().getTracks(), ...sound.stream.getTracks()]) {
    peer.addTransceiver(track, { direction: "sendonly" });
  }
  await peer.setLocalDescription();
  await new Promise(done => {
    const look = () => peer.iceGatheringState === "complete" && done();
    peer.onicegatheringstatechange = look;
    look();
  });
  const headers = { "Content-Type": "application/sdp", Authorization: `Bearer ${ticket}` };
  const answer = await fetch("/live/whip", { method: "POST", headers, body: peer.localDescription.sdp });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
}"""

WATCH = """() => {
  const video = document.querySelector("video");
  const canvas = new OffscreenCanvas(160, 90);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  window.ages = [];
  window.unread = 0;
  const look = () => {
    const now = Date.now();
    context.drawImage(video, 0, 0, 160, 90);
    const row = context.getImageData(0, 20, 160, 1).data;
    let time = 0, parity = 0;
    for (let bit = 0; bit < 16; bit++) {
      const on = row[4 * (bit * 10 + 5) + 1] > 127 ? 1 : 0;
      parity ^= on;
      if (bit < 15) time |= on << bit;
    }
    if (parity) window.unread++;
    else {
      const age = 10 * ((Math.floor(now / 10) % 32768 - time + 32768) % 32768);
      const ahead = video.buffered.length ? video.buffered.end(video.buffered.length - 1) - video.currentTime : 0;
      window.ages.push([now, age, 1000 * ahead]);
    }
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}"""


class NoClock(RuntimeError):
    """Nothing that can be read was shown."""


@dataclass(frozen=True, kw_only=True)
class Ages:
    """How old pictures were when they were shown, in ms: when it began, in the middle, at the 95th, and at the end."""

    first: float
    median: float
    worst: float
    last: float
    pictures: int
    unread: int
    longest_still_ms: float
    ahead_ms: float  # what the player holds and has not shown


def send_clock(page: "Page", ticket: str) -> None:
    """Be a person whose camera shows the time."""
    page.evaluate(CAMERA, ticket)


def ages(page: "Page", settle_s: float, watch_s: float) -> Ages:
    """Watch what `page` plays for `settle_s`, then measure for `watch_s`."""
    page.evaluate(WATCH)
    page.wait_for_timeout(1000 * (settle_s + watch_s))
    seen, unread = page.evaluate("() => [window.ages, window.unread]")
    if not seen:
        raise NoClock("no picture with a clock was shown")
    begun = seen[-1][0] - 1000 * watch_s
    measured = [age for at, age, _ in seen if at >= begun]
    times = [at for at, _, _ in seen if at >= begun]
    return Ages(
        first=statistics.median(age for _, age, _ in seen[:10]),
        median=statistics.median(measured),
        worst=sorted(measured)[int(0.95 * len(measured))],
        last=statistics.median(measured[-10:]),
        pictures=len(measured),
        unread=unread,
        longest_still_ms=max((b - a for a, b in pairwise(times)), default=0.0),
        ahead_ms=round(statistics.median(ahead for at, _, ahead in seen if at >= begun)),
    )
