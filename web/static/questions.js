// The page of questions: keys walk through the list and press buttons, the open question follows without a new page,
// colleagues see where one is. Without this script every row is a link and every button a form.

import { pressed, refreshAll, refreshOne } from "./parts.js";

const at = (id) => document.getElementById(id);
const [list, one, toast, keys, filters] = ["list", "one", "toast", "keys", "filters"].map(at);
const TOAST_MS = 6000;
const HERE_MS = 5000;
const alike = new Map();  // What was found alike, by question: shown again at once when the question is made anew.

const rows = () => [...list.querySelectorAll("[data-question]")];
const current = () => list.querySelector('[data-question][aria-current="true"]');
const open = () => one.querySelector("[data-open]")?.dataset.open ?? "";

const say = (text) => {
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.hidden = true; }, TOAST_MS);
};

// Which question is open

const mark = (id) => {
  for (const row of rows()) {
    if (row.dataset.question === id) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  if (at("many-into")) at("many-into").value = id;
};

// The list is the same for all of staff; what it says of oneself is taken out here.
const hideOwn = () => {
  for (const each of list.querySelectorAll("[data-account]")) each.hidden = each.dataset.account === one.dataset.own;
  const there = list.querySelector("[data-there]");
  if (there) there.hidden = !there.querySelector("[data-account]:not([hidden])");
};

let wanted = open();
const select = (row, { scroll = true } = {}) => {
  if (!row) return;
  wanted = row.dataset.question;
  mark(wanted);
  if (scroll) row.closest("li").scrollIntoView({ block: "nearest" });
  history.replaceState(null, "", row.href);
  const address = new URL(row.href);
  address.searchParams.set("part", "one");
  one.dataset.part = address.pathname + address.search;
  one.dataset.about = wanted;
  delete one.dataset.shown;
  one.scrollTop = 0;
  refreshOne(one);
  here();
};

const step = (way) => {
  const all = rows();
  const number = all.findIndex((row) => row.dataset.question === wanted);
  const next = all[number + way];
  if (next) return select(next);
  const page = at(way > 0 ? "page-after" : "page-before");
  if (page) page.click();
  return null;
};

list.addEventListener("click", (event) => {
  const row = event.target.closest("[data-question]");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey || matchMedia("(max-width: 62rem)").matches) return;
  event.preventDefault();
  select(row, { scroll: false });
});

// What was found alike is looked for once the question can be read

const later = () => {
  for (const part of one.querySelectorAll("[data-later]")) {
    const known = alike.get(open());
    if (known !== undefined) part.innerHTML = known;
    refreshOne(part);
  }
};

document.addEventListener("part", ({ target }) => {
  if (target.hasAttribute("data-later")) alike.set(open(), target.dataset.shown);
  if (target === one) later();
  if (target === list) {
    mark(wanted);
    hideOwn();
    showAll();
    pickTag();
  }
});

// Presses are sent without leaving the page; what decides about a question goes on to the next one

const send = async (form) => {
  form.dataset.sending = "yes";
  const [row, following] = [current(), rows()[rows().indexOf(current()) + 1] ?? rows()[rows().indexOf(current()) - 1]];
  try {
    const answer = await fetch(form.action, {
      method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(new FormData(form)),
    });
    if (!answer.ok) say((await answer.json()).error);
    else if ("next" in form.dataset && row && following && open() === row.dataset.question) select(following);
    if (answer.ok && "clears" in form.dataset) form.reset();
    if (answer.ok && form.id === "many") for (const tick of list.querySelectorAll("input:checked")) tick.checked = false;
  } catch (error) {
    say(error.message);
  } finally {
    delete form.dataset.sending;
    if (form.contains(document.activeElement)) document.activeElement.blur();
    pressed();
    refreshAll();
    here();
  }
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-quiet]")) return;
  event.preventDefault();
  if (!form.dataset.sending) send(form);
});

// Ticks

const showAll = () => {
  const all = at("pick-all");
  if (all) all.closest("label").hidden = false;
};
const pickTag = () => {
  const tag = at("many-tag");
  if (tag) tag.hidden = at("many-do").value !== "tag";
};
document.addEventListener("change", ({ target }) => {
  if (target.id === "pick-all") for (const tick of list.querySelectorAll("li .pick")) tick.checked = target.checked;
  if (target.id === "many-do") pickTag();
  if (target.closest("#filters") && target.matches("select")) filters.requestSubmit();
});

// Keys

const press = (found) => {
  if (found.matches("summary")) {
    const details = found.closest("details");
    details.open = !details.open;
    (details.open ? details.querySelector("textarea, input:not([type=hidden]), button") : found)?.focus();
  } else if (found.matches("button, a")) found.click();
  else found.focus();
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=hidden], [type=checkbox]), textarea, select");
  if (typing && event.key === "Escape") event.target.blur();
  if (typing || keys.open || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toUpperCase();
  if (key === "J" || key === "K") {
    event.preventDefault();
    step(key === "J" ? 1 : -1);
    return;
  }
  if (event.repeat) return;
  if (key === "X") {
    const tick = current() && at(`pick-${current().dataset.question}`);
    if (tick) tick.checked = !tick.checked;
    event.preventDefault();
    return;
  }
  const named = CSS.escape(key);
  const all = document.querySelectorAll(`[data-key="${named}"], [data-also="${named}"]`);
  const found = [...all].find((each) => !each.disabled && each.checkVisibility());
  if (!found) return;
  event.preventDefault();
  press(found);
});
at("help").addEventListener("click", () => keys.showModal());
at("help").hidden = false;

// Colleagues see where one is, and that one is writing

const writing = () => Boolean(document.activeElement?.closest("[data-writes]"));
let told = null;
const here = (extra = {}) => {
  const body = new URLSearchParams({ csrf: one.dataset.csrf, at: wanted, writing: writing() ? "yes" : "", ...extra });
  told = `${wanted} ${writing()}`;
  return fetch(one.dataset.here, { method: "POST", headers: { Accept: "application/json" }, body, keepalive: true }).catch(() => {});
};
document.addEventListener("focusin", () => told !== `${wanted} ${writing()}` && here());
document.addEventListener("focusout", () => setTimeout(() => told !== `${wanted} ${writing()}` && here()));
setInterval(() => document.hidden || here(), HERE_MS);
window.addEventListener("pagehide", () => here({ gone: "yes" }));

at("filter").hidden = true;
showAll();
pickTag();
mark(wanted);
later();
here();
