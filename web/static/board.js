// The staff's board: a key presses its button, a press is sent without leaving the page, and the parts follow.

import { pressed, refreshAll } from "./parts.js";

const at = (id) => document.getElementById(id);
const [toast, sure, keys] = ["toast", "sure", "keys"].map(at);
const TOAST_MS = 6000;

const say = (text) => {
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.hidden = true; }, TOAST_MS);
};

const send = async (form) => {
  const body = new URLSearchParams(new FormData(form));
  const buttons = [...form.querySelectorAll("button:not([disabled])")];
  for (const button of buttons) button.setAttribute("aria-disabled", "true");  // One press is one press.
  form.dataset.sending = "yes";
  try {
    const answer = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body });
    if (!answer.ok) say((await answer.json()).error);
    else {
      if ("clears" in form.dataset) form.reset();
      form.dispatchEvent(new CustomEvent("sent", { bubbles: true }));
    }
  } catch (error) {
    say(error.message);
  } finally {
    for (const button of buttons) button.removeAttribute("aria-disabled");
    delete form.dataset.sending;
    form.querySelector("select")?.blur();
    if (!("clears" in form.dataset)) form.querySelector("input:focus")?.blur();
    pressed();
    refreshAll();
  }
};

document.addEventListener("submit", (event) => {
  if (event.target.dataset.ask === "sure") {
    event.preventDefault();
    sure.showModal();
  } else if (event.target.matches("[data-quiet]")) {
    event.preventDefault();
    if (!event.target.dataset.sending) send(event.target);
  }
});

// The second click of a double click would press what has come to this place meanwhile.
document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("button")) event.preventDefault();
}, true);

at("sure-no").addEventListener("click", () => sure.close());
at("help").addEventListener("click", () => keys.showModal());

const press = (found) => {
  if (found.matches("button, a")) return found.click();
  found.focus();
  if (found.matches("select")) found.showPicker?.();
};

// Up and down move the item of the running order in which the focus is; the focus goes with it.
const shift = (event) => {
  const way = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  const button = way && event.target.closest(".order__item")?.querySelector(`[data-shift="${way}"]:not([disabled])`);
  if (!button) return false;
  button.focus();
  button.click();
  return true;
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=hidden], [type=checkbox]), textarea, select");
  if (typing && event.key === "Escape") event.target.blur();
  if (typing || sure.open || keys.open || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (shift(event)) return event.preventDefault();
  const all = document.querySelectorAll(`[data-key="${CSS.escape(event.key.toUpperCase())}"]`);
  const found = [...all].find((each) => !each.disabled && each.checkVisibility());
  if (!found) return;
  event.preventDefault();
  press(found);
});

// Clocks

const two = (number) => String(number).padStart(2, "0");
const clockText = (seconds) => {
  const whole = Math.max(0, Math.trunc(Math.abs(seconds)));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
};
const since = (text) => (Date.now() - new Date(text)) / 1000;
const LATE_S = 300;

const tick = () => {
  for (const clock of document.querySelectorAll("[data-ends]")) {
    const left = -since(clock.dataset.ends);
    clock.querySelector(".time__figure").textContent = clockText(left);
    clock.querySelector(".time__unit").textContent = left >= 0 ? clock.dataset.left : clock.dataset.over;
    clock.toggleAttribute("data-late", left < LATE_S);
  }
  for (const budget of document.querySelectorAll("[data-budget]")) {
    const spent = since(budget.dataset.since);
    budget.querySelector(".cue__spent").textContent = clockText(spent);
    budget.toggleAttribute("data-late", spent > Number(budget.dataset.budget));
  }
  for (const chance of document.querySelectorAll("[data-until]")) if (since(chance.dataset.until) > 0) refreshAll();
};
setInterval(tick, 1000);

// What the machine has to say comes from the room itself: the pages' own news do not know it.

const machine = document.querySelector("[data-room]");
const LOOK_MS = 2000;

const lookAtRoom = async () => {
  if (document.hidden) return;
  try {
    const state = await (await fetch(machine.dataset.room)).json();
    const said = { trouble: Boolean(state.trouble), half: ["half", "third"].includes(state.ease), tiles: state.ease === "tiles", empty: state.ends_empty_in_s != null && state.seconds != null, idle: state.ends_empty_in_s != null && state.seconds == null };
    for (const item of machine.children) item.hidden = !said[item.dataset.when];
  } catch {
    // The studio is being started again; the next look says more.
  }
};
lookAtRoom();
setInterval(lookAtRoom, LOOK_MS);
