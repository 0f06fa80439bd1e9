// News of an office hour come in over one event stream; the parts of the page that show it are fetched again.
// A part in which somebody is typing or choosing waits until they are done.

const COALESCE_MS = 150;
const LOOK_ANYWAY_MS = 15000;  // A lost event must not leave a page wrong for long.

const busy = (part) => {
  const focused = document.activeElement;
  return part.contains(focused) && focused.matches("textarea, input:not([type=hidden]), select");
};

const fill = (part, text) => {
  if (part.dataset.shown === text) return;
  const focused = part.contains(document.activeElement) ? focusKey(document.activeElement) : null;
  const opened = [...part.querySelectorAll("details[open]")].map(detailsKey);
  const ticked = [...part.querySelectorAll("input[type=checkbox][id]:checked")].map((each) => each.id);
  part.innerHTML = text;  // Our own server's HTML, escaped there; scripts in it would not run under the policy.
  part.dataset.shown = text;
  for (const details of part.querySelectorAll("details")) {
    if (opened.includes(detailsKey(details))) details.open = true;
  }
  for (const box of part.querySelectorAll("input[type=checkbox][id]")) box.checked ||= ticked.includes(box.id);
  if (focused) [...part.querySelectorAll("button, a")].find((each) => focusKey(each) === focused)?.focus({ preventScroll: true });
  part.dispatchEvent(new CustomEvent("part", { bubbles: true }));
};

const detailsKey = (details) => details.id || details.querySelector("summary")?.textContent;

const focusKey = (element) => element.dataset.key || element.form && `${element.form.action} ${element.textContent}` || element.textContent;

const refresh = async (part) => {
  if (busy(part)) {
    part.dataset.stale = "yes";
    return;
  }
  delete part.dataset.stale;
  try {
    const answer = await fetch(part.dataset.part, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) fill(part, (await answer.text()).trim());
  } catch {
    part.dataset.stale = "yes";  // No network: the next event or the next look mends it.
  }
};

let timer = null;
export const refreshAll = () => {
  timer ??= setTimeout(async () => {
    timer = null;
    await Promise.all([...document.querySelectorAll("[data-part]")].map(refresh));
  }, COALESCE_MS);
};

const listen = (officeHour) => {
  const source = new EventSource(`/events?office_hour=${encodeURIComponent(officeHour)}`);
  source.addEventListener("message", refreshAll);
  // Staff are asked whether they are there. Timers sleep in a tab behind others, what the server sends does not.
  source.addEventListener("here", () => fetch(`/staff/office-hours/${encodeURIComponent(officeHour)}/here`).catch(() => {}));
  setInterval(refreshAll, LOOK_ANYWAY_MS);
  document.addEventListener("visibilitychange", () => document.hidden || refreshAll());
  document.addEventListener("focusout", () => {
    if (document.querySelector("[data-stale]")) refreshAll();
  });
};

if (document.body.dataset.news) listen(document.body.dataset.news);
