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

// What the room does without because its machine is too slow; the studio says it, not the rows.

const relief = document.getElementById("relief");
const RELIEF_MS = 3000;

const showRelief = async () => {
  const answer = await fetch(relief.dataset.room).catch(() => null);
  const found = answer?.ok ? (await answer.json()).relief : null;
  let any = false;
  for (const each of relief.children) any = !(each.hidden = each.dataset.relief !== found) || any;
  relief.hidden = !any;
  setTimeout(showRelief, RELIEF_MS);
};
showRelief();
