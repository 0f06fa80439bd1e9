// What only a waiting guest's page does: signs of life and a small still picture for staff, the calls, and the tests.

import { signal, quieten } from "./signals.js";

const room = document.getElementById("room");
const at = (id) => document.getElementById(id);
const HERE_MS = 6000;
const STILL = 160;  // pixels of the longer side
const GOOD_MS = 250;  // there and back; beyond that people begin to talk into each other
const LINE_TRIES = 5;

// Signs of life

const own = at("own");
const canvas = document.createElement("canvas");

const looksOn = () => ["waiting", "called", "held", "missed"].includes(at("seat-state")?.dataset.seat)
  && at("seat-state").dataset.video === "yes";

const still = () => {
  const [track] = own?.srcObject?.getVideoTracks() ?? [];
  if (!track?.enabled || track.muted || !own.videoWidth || !looksOn()) return null;
  const scale = STILL / Math.max(own.videoWidth, own.videoHeight);
  [canvas.width, canvas.height] = [Math.round(own.videoWidth * scale), Math.round(own.videoHeight * scale)];
  canvas.getContext("2d").drawImage(own, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.6));
};

const here = async () => {
  if (document.body.dataset.sign === "over") return;
  try {
    const body = await still();
    await fetch(room.dataset.here, {
      method: "PATCH",
      headers: { "X-Csrf": room.dataset.csrf, "Content-Type": "image/jpeg" },
      body: body ?? new Blob([]),
      signal: AbortSignal.timeout(HERE_MS),
    });
  } catch {
    // No network: the place is kept for some minutes, and the next sign of life comes by itself.
  }
};

here();
setInterval(here, HERE_MS);
document.addEventListener("visibilitychange", () => document.hidden || here());
addEventListener("online", here);

// Calls: each change of the rows that concerns the guest is heard, felt and seen, once.

let before = { called: false, missed: false, offer: false, notes: document.querySelector(".notes")?.dataset.count ?? "0" };

const look = () => {
  const seat = at("seat-state");
  if (!seat) return;
  const now = {
    called: seat.dataset.called === "yes",
    missed: seat.dataset.seat === "missed",
    offer: seat.querySelector('[data-signal="offer"]') !== null,
    notes: document.querySelector(".notes")?.dataset.count ?? "0",
  };
  if (before.called && !now.called) quieten();
  if (now.called && !before.called) signal("called");
  else if (now.missed && !before.missed) signal("missed");
  else if (now.offer && !before.offer) signal("offer");
  else if (now.notes !== before.notes) signal("note");
  before = now;
};

document.addEventListener("part", look);
look();

// Let in, the page need not ring for longer than until somebody is at it.
for (const kind of ["pointerdown", "keydown"]) {
  addEventListener(kind, () => at("seat-state")?.dataset.seat === "admitted" && quieten());
}

// Tests of loudspeaker and connection

const say = (name, state) => {
  for (const each of document.querySelectorAll(`[data-${name}]`)) each.hidden = each.dataset[name] !== state;
};

const testLine = async () => {
  say("line", "running");
  const took = [];
  try {
    for (let n = 0; n < LINE_TRIES; n += 1) {
      const began = performance.now();
      await fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(4000) });
      took.push(performance.now() - began);
    }
    took.sort((a, b) => a - b);
    const comes = at("programme")?.hidden === false;  // The room's sound and picture have found their way here.
    say("line", took[Math.floor(LINE_TRIES / 2)] >= GOOD_MS ? "slow" : comes ? "good" : "reached");
  } catch {
    say("line", "none");
  }
};

if (at("tests")) {
  at("tests").hidden = false;
  at("test-line").addEventListener("click", testLine);
  at("test-sound").addEventListener("click", () => {
    signal("test");
    say("sound", "playing");
  });
}
