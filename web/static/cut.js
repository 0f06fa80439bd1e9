// Cut and go on are sent without leaving the page: the host's camera and the staff's place stay where they are.

import { refreshAll } from "./parts.js";

const tick = (field) => {
  const whole = Math.max(0, Math.trunc((Date.now() - new Date(field.dataset.elapsed)) / 1000));
  field.textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};
setInterval(() => document.querySelectorAll("[data-elapsed]").forEach(tick), 1000);

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-cut]")) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
  } catch {
    form.submit();  // The network failed for a moment: the browser's own way says so.
  } finally {
    button.disabled = false;
    refreshAll();
  }
});
