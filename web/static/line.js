// The on-air line: presses are sent without leaving the page, so that cameras and connections stay; seconds count down.

import { refreshAll } from "./parts.js";

export const post = async (action, fields) => {
  const answer = await fetch(action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(fields),
  });
  refreshAll();
  return answer.ok;
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-line]")) return;
  event.preventDefault();
  const button = form.querySelector("button") ?? {};  // A box that sends itself has none.
  button.disabled = true;
  try {
    const sent = await post(form.action, new FormData(form));
    if (sent && "clears" in form.dataset) form.reset();
    form.querySelector("[data-refused]")?.toggleAttribute("hidden", sent);
  } catch {
    form.submit();  // The network failed for a moment: the browser's own way says so.
  } finally {
    button.disabled = false;
  }
});

// A box with `data-sends` is sent when it is ticked; what staff said of it meanwhile comes with the seat's part.
document.addEventListener("change", ({ target }) => target.matches("[data-sends]") && target.form.requestSubmit());
document.addEventListener("part", () => {
  const [box, said] = [document.getElementById("signs"), document.getElementById("seat-state")?.dataset.signs];
  if (box && said) box.checked = said === "yes";
});

// A figure's `data-left`: seconds that were left when the element came. Clocks of other machines may be wrong, so none is asked.
const count = () => {
  for (const each of document.querySelectorAll(".line__figure[data-left]")) {
    each.until ??= performance.now() + 1000 * Number(each.dataset.left);
    const left = Math.max(0, Math.ceil((each.until - performance.now()) / 1000));
    if (each.textContent !== String(left)) each.textContent = left;
  }
};
setInterval(count, 100);
