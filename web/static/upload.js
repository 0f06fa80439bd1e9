// A chosen file goes out piece by piece; each is asked for where the server says it ends, so that a reload, another
// browser, a restart of the site or a dead line cost one piece at most.

import { refreshAll } from "./parts.js";

const PIECE = 4 * 1024 * 1024;
const PAUSES_MS = [1000, 2000, 5000, 10000];
const LOOK_MS = 2000;

const form = document.getElementById("upload");
const words = document.getElementById("sent-words");
const bar = document.getElementById("sent");
const button = form.querySelector("button");
const headers = { Accept: "application/json", "X-CSRF": form.elements.csrf.value };

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const tell = (problem) => {
  document.getElementById("problem").hidden = !problem;
  document.getElementById("problem-words").textContent = problem;
};

const show = (file, offset, text) => {
  document.getElementById("sending").hidden = false;
  bar.value = file.size ? offset / file.size : 1;
  words.textContent = text || `${file.name} ${words.dataset.sending} – ${Math.floor(100 * bar.value)} %`;
};

class Refused extends Error {}

// The answer's JSON; a refusal is final, anything else is worth another try.
const ask = async (path, options) => {
  const answer = await fetch(path, { ...options, headers: { ...headers, ...options?.headers } });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok || answer.status === 409) return said;
  if (answer.status < 500 && answer.status !== 429 || answer.status === 507) throw new Refused(said.error || String(answer.status));
  throw new Error(String(answer.status));
};

const patiently = async (file, offset, work) => {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refused) throw error;
      show(file, offset, words.dataset.waiting);
      await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
    }
  }
};

const send = async (file, id) => {
  let offset = (await patiently(file, 0, () => ask(`/staff/uploads/${id}`))).offset;
  while (offset < file.size) {
    show(file, offset);
    const from = offset;
    const piece = { method: "PATCH", body: file.slice(from, from + PIECE), headers: { "Upload-Offset": String(from) } };
    const said = await patiently(file, from, () => ask(`/staff/uploads/${id}`, piece));
    offset = said.offset ?? offset;
  }
  show(file, file.size);
};

const run = async (work) => {
  tell("");
  button.disabled = true;
  try {
    await work();
    document.getElementById("sending").hidden = true;
    form.reset();
  } catch (error) {
    tell(error.message);
  } finally {
    button.disabled = false;
    refreshAll();
  }
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const [file] = document.getElementById("file").files;
  const title = form.elements.title.value.trim();
  if (!file || !title) return tell(words.dataset.title);
  const facts = {
    file_name: file.name, size: file.size, changed: file.lastModified, title, host_name: form.elements.host_name.value,
    language: form.elements.language.value, release: form.elements.release.checked,
  };
  return run(async () => {
    const options = { method: "POST", body: JSON.stringify(facts), headers: { "Content-Type": "application/json" } };
    const { id } = await patiently(file, 0, () => ask("/staff/uploads", options));
    refreshAll();
    await send(file, id);
  });
});

document.getElementById("uploads").addEventListener("change", ({ target }) => {
  const [file] = target.files ?? [];
  if (!file || !target.dataset.upload) return;
  target.blur();
  if (file.name !== target.dataset.name || file.size !== Number(target.dataset.size)) tell(words.dataset.other);
  else run(() => send(file, target.dataset.upload));
});

setInterval(() => {
  if (document.querySelector("[data-busy]")) refreshAll();
}, LOOK_MS);
