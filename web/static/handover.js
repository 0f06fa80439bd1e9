// The seat of a person goes from one device to another: what the page says about it, and the code for the telephone.

import { seat } from "./connection.js";

const show = (on) => {
  document.getElementById("moved").hidden = !on;
  document.body.toggleAttribute("data-moved", on);
};

// Somebody has pressed the button on this page: it takes the seat, wherever that was.
export const claim = () => {
  seat.press();
  show(false);
};

document.addEventListener("moved", () => {
  show(true);
  document.getElementById("phone").close();
});

// A dialog, so that whoever is on air stays there meanwhile.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-phone]")) return;
  event.preventDefault();
  const dialog = document.getElementById("phone");
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
  if (!answer?.ok) return;
  document.getElementById("phone-code").innerHTML = await answer.text();  // Our own server's HTML, without scripts.
  dialog.showModal();
});

document.getElementById("phone-close")?.addEventListener("click", () => document.getElementById("phone").close());
