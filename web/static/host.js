// The host's page: notes and hiding are sent without leaving it, so that the camera goes on; the planned end may move.

import { pressed, refreshAll } from "./parts.js";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-quiet]")) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    if (answer.ok && "clears" in form.dataset) form.reset();
  } catch {
    form.submit();  // The network failed for a moment: the browser's own way says so.
  } finally {
    delete form.dataset.sending;
    pressed();
    refreshAll();
  }
});

const clock = document.getElementById("clock");
document.addEventListener("part", () => {
  const planned = document.getElementById("planned");
  if (planned) clock.dataset.planned = planned.dataset.planned;
});

const two = (number) => String(number).padStart(2, "0");
setInterval(() => {
  for (const budget of document.querySelectorAll("[data-budget]")) {
    const spent = Math.max(0, Math.trunc((Date.now() - new Date(budget.dataset.since)) / 1000));
    budget.querySelector(".stage__spent").textContent = `${Math.floor(spent / 60)}:${two(spent % 60)}`;
    budget.toggleAttribute("data-late", spent > Number(budget.dataset.budget));
  }
}, 1000);
