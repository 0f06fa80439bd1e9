// Taking back what one agreed to, without leaving the page: a reload would end the connection of somebody on air.

import { refreshAll } from "./parts.js";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-consent]")) return;
  event.preventDefault();
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: "application/json" },
    });
    if (!answer.ok) throw new Error(answer.status);
    refreshAll();
  } catch {
    form.submit();  // The browser sends it once more and shows what the site says.
  }
});
