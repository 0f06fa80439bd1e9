// The waiting room on the staff's board: small pictures, fetched anew while somebody looks, and what calls staff. Each
// sound has its twin in the list.

import { signal, quieten } from "./signals.js";

const STILL_MS = 5000;

const stills = () => {
  if (document.hidden) return;
  for (const picture of document.querySelectorAll("img[data-still]")) {
    const fresh = new Image();
    fresh.addEventListener("load", () => {
      picture.src = fresh.src;
      picture.hidden = false;
    });
    fresh.addEventListener("error", () => { picture.hidden = true; });
    fresh.src = `${picture.dataset.still}?at=${Date.now()}`;
  }
};

const seenOf = () => {
  const waiting = document.getElementById("waiting");
  if (!waiting) return null;
  const split = (text) => new Set(text.split(" ").filter(Boolean));
  return {
    people: split(waiting.dataset.people),
    missed: split(waiting.dataset.missed),
    answered: document.querySelectorAll('[data-signal="answered"]').length,
  };
};

let before = seenOf();
const more = (now, then) => [...now].some((each) => !then.has(each));

const look = () => {
  const now = seenOf();
  if (now && before) {
    if (now.answered > before.answered) signal("answered");
    else if (more(now.missed, before.missed)) signal("missed");
    else if (more(now.people, new Set([...before.people, ...before.missed]))) signal("arrival");
  }
  before = now ?? before;
  stills();
};

document.addEventListener("part", ({ target }) => target.contains(document.getElementById("waiting")) && look());
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, quieten);
stills();
setInterval(stills, STILL_MS);
