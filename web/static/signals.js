// What calls somebody: a name comes in, and it is heard, felt and seen. There is no signal for the ear alone and none
// for the eye alone: each has its notes here, and on the page an element `data-signal` with its words.

// [hertz, seconds] one after the other; `buzz`: milliseconds on and off; `again`: seconds until it is repeated.
export const SIGNALS = {
  called: { notes: [[659, 0.18], [880, 0.18], [1319, 0.4]], buzz: [300, 150, 300, 150, 500], again: 4 },
  missed: { notes: [[880, 0.2], [659, 0.4]], buzz: [400, 200, 400] },
  note: { notes: [[784, 0.15], [988, 0.2]], buzz: [150] },
  offer: { notes: [[784, 0.15], [1175, 0.25]], buzz: [150, 100, 150] },
  test: { notes: [[523, 0.3], [659, 0.3], [784, 0.5]], buzz: [100] },
  arrival: { notes: [[880, 0.12], [1175, 0.16]], buzz: [80] },
  answered: { notes: [[659, 0.1], [988, 0.2]], buzz: [80] },
};

let context = null;

// Browsers let a page sound only after a press; any press will do.
const unlock = () => {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
};
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, unlock, { capture: true });

const play = (notes) => {
  if (context?.state !== "running") return;
  let at = context.currentTime + 0.02;
  for (const [hertz, seconds] of notes) {
    const tone = new OscillatorNode(context, { frequency: hertz });
    const loudness = new GainNode(context, { gain: 0 });
    loudness.gain.setTargetAtTime(0.25, at, 0.01);
    loudness.gain.setTargetAtTime(0, at + seconds, 0.03);
    tone.connect(loudness).connect(context.destination);
    tone.start(at);
    tone.stop(at + seconds + 0.3);
    at += seconds;
  }
};

const title = document.title;
let blinking = null;

// The title of the window says it as well: it is what one sees of a page that lies behind others.
const showInTitle = (words) => {
  clearInterval(blinking);
  let on = true;
  document.title = `● ${words} – ${title}`;
  blinking = setInterval(() => {
    on = !on;
    document.title = on ? `● ${words} – ${title}` : title;
  }, 1200);
};

let repeating = null;

export const quieten = () => {
  clearTimeout(repeating);
  repeating = null;
  clearInterval(blinking);
  document.title = title;
};

export const signal = (name) => {
  const { notes, buzz, again } = SIGNALS[name];
  const shown = document.querySelector(`[data-signal="${name}"]`);
  clearTimeout(repeating);
  play(notes);
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(buzz);
  if (shown) showInTitle(shown.dataset.words ?? (shown.querySelector("p, strong, h2") ?? shown).textContent.trim());
  if (again) repeating = setTimeout(() => signal(name), 1000 * again);
};

// Who comes back to the page has seen it; a call goes on until it is answered.
addEventListener("focus", () => repeating ?? quieten());
