// The staff's board: a key presses its button, a press is sent without leaving the page, and the parts follow.

import { refreshAll } from "./parts.js";

const toast = document.getElementById("toast");
const sure = document.getElementById("sure");
const TOAST_MS = 6000;

const say = (text) => {
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.hidden = true; }, TOAST_MS);
};

const send = async (form) => {
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;  // One press is one press.
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    if (!answer.ok) say((await answer.json()).error);
  } catch (error) {
    say(error.message);
  } finally {
    for (const button of buttons) button.disabled = false;
    form.querySelector("select")?.blur();
    refreshAll();
  }
};

document.addEventListener("submit", (event) => {
  if (event.target.dataset.ask === "sure") {
    event.preventDefault();
    sure.showModal();
  } else if (event.target.matches("[data-quiet]")) {
    event.preventDefault();
    send(event.target);
  }
});

document.getElementById("sure-no").addEventListener("click", () => sure.close());

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=hidden]), textarea, select");
  if (typing || sure.open || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key.toUpperCase())}"]`);
  if (!found) return;
  event.preventDefault();
  if (found.matches("select")) {
    found.focus();
    found.showPicker?.();
  } else {
    found.click();
  }
});

const clock = () => {
  const field = document.querySelector("[data-elapsed]");
  if (!field) return;
  const whole = Math.max(0, Math.trunc((Date.now() - new Date(field.dataset.elapsed)) / 1000));
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  field.textContent = hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
};
setInterval(clock, 1000);

// What the machine has to say comes from the room itself: the pages' own news do not know it.

const machine = document.querySelector("[data-room]");
const LOOK_MS = 2000;

const lookAtRoom = async () => {
  if (document.hidden) return;
  try {
    const state = await (await fetch(machine.dataset.room)).json();
    const said = { trouble: Boolean(state.trouble), half: ["half", "third"].includes(state.ease), tiles: state.ease === "tiles", empty: state.ends_empty_in_s != null };
    for (const item of machine.children) item.hidden = !said[item.dataset.when];
  } catch {
    // The studio is being started again; the next look says more.
  }
};
lookAtRoom();
setInterval(lookAtRoom, LOOK_MS);
