// News of an office hour come in over one event stream; the parts of the page that show it are fetched again, together.
// A part in which somebody is typing or choosing waits until they are done. What lies under the pointer stays there:
// a list is scrolled by as much as it grew above it, and where that is not enough the part waits until the pointer has
// gone, but no longer than `HELD_MS`: a pointer that was left lying must not keep staff from seeing what has happened.
// In a part with `data-steady` everything has its place, so it never waits.
// A part with `data-pushed` is sent by the server with the news, and asked for only by the clock and after a press.

const COALESCE_MS = 150;
const LOOK_ANYWAY_MS = 15000;  // A lost event must not leave a page wrong for long.
const HELD_MS = 12000;  // Longer than anybody aims at a button.
const CONTROLS = "a, button, input, select, textarea, summary, label";

let under = null;  // The control under the pointer, or under the finger as long as it is down.

// Whoever has pressed sees what became of it: what they pressed is not held any more.
export const pressed = () => { under = null; };

const busy = (part) => {
  const focused = document.activeElement;
  return part.contains(focused) && focused.matches("textarea, input:not([type=hidden], [type=checkbox]), select");
};

// Which control this is, in whatever state the part is made anew: its form's address and fields, or its words.
const keyOf = (element) => {
  if (element.id) return `#${element.id}`;
  if (!element.form) return element.textContent;
  const fields = new URLSearchParams(new FormData(element.form));
  for (const name of ["csrf", "seen", "other"]) fields.delete(name);  // What else the page showed with it.
  return `${element.form.action}?${fields} ${element.dataset.shift ?? element.type}`;
};

const detailsKey = (details) => details.id || details.querySelector("summary")?.textContent;

const found = (part, key) => [...part.querySelectorAll(CONTROLS)].find((each) => keyOf(each) === key);

// The focus goes to the same control, or to one beside it where that has gone grey, or to the list it was in.
const focusAgain = (part, key) => {
  const again = found(part, key);
  const beside = again?.disabled ? again.closest("li, article")?.querySelector("button:not([disabled])") : again;
  (beside ?? part.closest("[tabindex]"))?.focus({ preventScroll: true });
};

const scroller = (element) => {
  for (let each = element; each; each = each.parentElement) {
    if (each.scrollHeight > each.clientHeight && ["auto", "scroll"].includes(getComputedStyle(each).overflowY)) return each;
  }
  return document.scrollingElement;
};

// The part with the new text, unless that would move what is under the pointer; then as it was, and false.
const fill = (part, text) => {
  if (part.dataset.shown === text) return true;
  const waits = !part.hasAttribute("data-steady") && Date.now() - (part.held ?? Date.now()) < HELD_MS;
  const anchor = waits && under?.isConnected && part.contains(under) ? under : null;
  const [key, top] = anchor ? [keyOf(anchor), anchor.getBoundingClientRect().top] : [null, 0];
  const focused = part.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  const opened = [...part.querySelectorAll("details[open]")].map(detailsKey);
  const ticked = [...part.querySelectorAll("input[type=checkbox][id]:checked")].map((each) => each.id);
  const before = [...part.childNodes];
  const box = scroller(part);
  const scrolled = box.scrollTop;
  const made = document.createElement("template");
  made.innerHTML = text;  // Our own server's HTML, escaped there; scripts in it would not run under the policy.
  part.replaceChildren(made.content);
  for (const details of part.querySelectorAll("details")) {
    if (opened.includes(detailsKey(details))) details.open = true;
  }
  for (const tick of part.querySelectorAll("input[type=checkbox][id]")) tick.checked ||= ticked.includes(tick.id);
  if (anchor && !stays(part, box, key, top)) {
    part.replaceChildren(...before);
    box.scrollTop = scrolled;
    if (focused) focusAgain(part, focused);
    part.held ??= Date.now();
    return false;
  }
  delete part.held;
  part.dataset.shown = text;
  if (focused) focusAgain(part, focused);
  part.dispatchEvent(new CustomEvent("part", { bubbles: true }));
  return true;
};

const stays = (part, box, key, top) => {
  const again = found(part, key);
  if (!again) return false;
  box.scrollTop += again.getBoundingClientRect().top - top;
  return Math.abs(again.getBoundingClientRect().top - top) < 1;
};

// Parts of one page are asked for together: `?part=a,b` at one address, answered as an object of their HTML by name.
// What else their addresses ask for has to be the same.
const grouped = (parts) => {
  const groups = new Map();
  for (const part of parts) {
    const address = new URL(part.dataset.part, location.href);
    const name = address.searchParams.get("part");
    address.searchParams.delete("part");
    const path = address.pathname + address.search;
    const group = groups.get(path) ?? new Map();
    groups.set(path, group.set(name, part));
  }
  return groups;
};

const fetched = async (path, names) => {
  const asked = `${path}${path.includes("?") ? "&" : "?"}part=${names.join(",")}`;
  const answer = await fetch(names.includes(null) ? path : asked, {
    headers: { Accept: names.includes(null) ? "text/html" : "application/json" },
    signal: AbortSignal.timeout(LOOK_ANYWAY_MS),
  });
  if (!answer.ok || answer.redirected) return null;
  return names.includes(null) ? { null: await answer.text() } : answer.json();
};

const refresh = async ([path, group]) => {
  const addresses = new Map([...group.values()].map((part) => [part, part.dataset.part]));
  for (const part of group.values()) delete part.dataset.stale;
  try {
    const texts = await fetched(path, [...group.keys()]);
    if (texts === null) return;
    for (const [name, part] of group) {
      if (part.dataset.part !== addresses.get(part)) continue;  // The page has turned to something else meanwhile.
      if (busy(part) || !fill(part, texts[name].trim())) part.dataset.stale = "yes";  // Somebody types, or aims at it.
    }
  } catch {
    for (const part of group.values()) part.dataset.stale = "yes";  // No network: the next event or look mends it.
  }
};

// One part, now: a page that has turned to something else does not wait for news.
export const refreshOne = (part) => busy(part) ? null : Promise.all([...grouped([part])].map(refresh));

// What happened does not concern a part that shows one object only (`data-about`), when it happened to others.
const OF_OBJECTS = ["question", "support"];
const concerns = (part, news) => {
  const { about } = part.dataset;
  if (!about || !news) return true;
  return news.some(({ topics, objects }) => !objects.length || objects.includes(about) || topics.some((topic) => !OF_OBJECTS.includes(topic)));
};

// The part that is sent: its newest text is shown at once, or when the page is not busy in it any more.
let sent = false;
const show = (text) => {
  const part = document.querySelector("[data-pushed]");
  if (!part) return;
  sent = true;
  delete part.dataset.stale;
  if (busy(part) || !fill(part, text)) part.dataset.stale = "yes";
};

// One look at a time: what happens during it is seen by one more, however slow the site or the line is.
let [timer, looking, again, heard] = [null, false, false, []];  // `heard`: null for a look at everything
const look = async () => {
  timer = null;
  if (looking) {
    again = true;
    return;
  }
  looking = true;
  const news = heard;
  heard = [];
  const parts = [...document.querySelectorAll("[data-part]")].filter((part) => concerns(part, news) && !(news && sent && "pushed" in part.dataset));
  for (const part of parts.filter(busy)) part.dataset.stale = "yes";
  await Promise.all([...grouped(parts.filter((part) => !busy(part)))].map(refresh));
  looking = false;
  if (again) {
    again = false;
    timer ??= setTimeout(look, COALESCE_MS);
  }
};

export const refreshAll = (news) => {
  heard = news?.topics && heard ? [...heard, news] : null;
  timer ??= setTimeout(look, COALESCE_MS);
};

const refreshStale = () => document.querySelector("[data-stale]") && refreshAll();

// A mouse is over a control, a finger is on it only while it is down.
document.addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType !== "mouse") return;
  const control = target.closest?.(CONTROLS) ?? null;
  if (control === under) return;
  under = control;
  refreshStale();
});
document.addEventListener("pointerdown", ({ target }) => { under = target.closest?.(CONTROLS) ?? null; });
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, ({ pointerType }) => {
    if (pointerType === "mouse") return;
    setTimeout(() => { under = null; refreshStale(); });  // After the press that it makes.
  });
}
document.documentElement.addEventListener("pointerleave", () => { under = null; refreshStale(); });

const listen = (officeHour) => {
  const pushed = document.querySelector("[data-pushed]");
  const list = pushed ? `&list=${encodeURIComponent(new URL(pushed.dataset.part, location.href).search.slice(1))}` : "";
  const source = new EventSource(`/events?office_hour=${encodeURIComponent(officeHour)}${list}`);
  source.addEventListener("part", ({ data }) => show(JSON.parse(data)));
  source.addEventListener("error", () => { sent = false; });  // Until it is sent again the part is asked for.
  source.addEventListener("message", ({ data }) => refreshAll(JSON.parse(data)));
  // Staff are asked whether they are there. Timers sleep in a tab behind others, what the server sends does not.
  source.addEventListener("here", () => fetch(`/staff/office-hours/${encodeURIComponent(officeHour)}/here`).catch(() => {}));
  setInterval(() => refreshAll(), LOOK_ANYWAY_MS);
  document.addEventListener("visibilitychange", () => document.hidden || refreshAll());
  document.addEventListener("focusout", refreshStale);
};

if (document.body.dataset.news) listen(document.body.dataset.news);
