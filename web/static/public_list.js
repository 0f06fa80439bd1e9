// The public list: a voice is given without leaving the page, and what changes is sent by the server to every open page
// at once. What one is reading stays where it is: new questions come at the end, only what was taken off the list goes.

const root = document.querySelector("[data-lines]");
const STATES = { approved: "waiting", queued: "waiting", on_air: "on_air", answered: "answered", in_writing: "answered", not_reached: "open" };

const section = (name) => root.querySelector(`[data-list="${name}"]`);

const fill = (item, line) => {
  for (const place of item.querySelectorAll("[data-fills]")) {
    const text = String(line[place.dataset.fills] ?? "");
    if (place.textContent !== text) place.textContent = text;
  }
};

const made = (id, line, votes) => {
  const item = document.getElementById("line").content.firstElementChild.cloneNode(true);
  item.id = `q-${id}`;
  item.dataset.line = id;
  item.querySelector("a").href = `/q/${id}`;
  item.querySelector(".wish__text").lang = line.language;
  if (votes) item.querySelector("[name=question]").value = id;
  else item.querySelector("form").remove();
  return item;
};

const put = (id, line) => {
  const goal = STATES[line.state];
  let item = root.querySelector(`[data-line="${CSS.escape(id)}"]`);
  if (item && item.closest("[data-list]").dataset.list !== goal) {
    item.remove();
    item = null;
  }
  const list = section(goal);
  if (!list) return;
  if (!item) {
    item = made(id, line, goal === "waiting");
    list.querySelector("ul").append(item);
  }
  fill(item, line);
};

const tidy = () => {
  for (const list of root.querySelectorAll("[data-list]")) {
    const empty = !list.querySelector("[data-line]");
    if (list.dataset.list !== "waiting") list.hidden = empty;
    else list.querySelector(".wishes__none").hidden = !empty;
  }
};

const told = ({ data }) => {
  const { lines, gone, all } = JSON.parse(data);
  if (all) for (const item of root.querySelectorAll("[data-line]")) if (!(item.dataset.line in lines)) item.remove();
  for (const id of gone ?? []) root.querySelector(`[data-line="${CSS.escape(id)}"]`)?.remove();
  for (const [id, line] of Object.entries(lines)) put(id, line);
  tidy();
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-quiet]") || form.dataset.sending) return;
  event.preventDefault();
  form.dataset.sending = "yes";
  const [button, act, label] = [form.querySelector("button"), form.elements.do, form.querySelector(".kern-label")];
  const on = act.value === "support";
  try {
    const answer = await fetch(form.action, {
      method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(new FormData(form)),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    act.value = on ? "take_back" : "support";
    button.setAttribute("aria-pressed", String(on));
    label.textContent = on ? label.dataset.on : label.dataset.off;
  } catch {
    form.submit();  // The browser's own way says what went wrong.
  } finally {
    delete form.dataset.sending;
  }
});

const source = new EventSource(root.dataset.lines);
source.addEventListener("message", told);
