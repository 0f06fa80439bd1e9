// A form's growing fields and their counts of characters come to life, a file is read into its field; without this
// script fields and counts do not move, and a file's text is pasted by hand.

const grow = (area) => {
  area.rows = Number(area.dataset.rows ||= area.rows);
  while (area.scrollHeight > area.clientHeight + 2 && area.rows < 24) area.rows += 1;
};

for (const area of document.querySelectorAll("textarea.growing")) {
  area.addEventListener("input", () => grow(area));
  grow(area);
}

for (const counter of document.querySelectorAll("[data-counts]")) {
  const field = document.getElementById(counter.dataset.counts);
  const left = counter.querySelector("[data-left]");
  const count = () => {
    left.textContent = String(Number(counter.dataset.limit) - field.value.length);
    counter.toggleAttribute("data-few", field.value.length > 0.9 * Number(counter.dataset.limit));
  };
  field.addEventListener("input", count);
  count();
}

for (const picker of document.querySelectorAll("input[type=file][data-fills]")) {
  picker.closest("[hidden]")?.removeAttribute("hidden");
  picker.addEventListener("change", async () => {
    const [file] = picker.files;
    if (!file) return;
    const field = document.getElementById(picker.dataset.fills);
    field.value = await file.slice(0, Number(picker.dataset.most ?? 65536)).text();  // What is longer is no such file; the server says so.
    field.dispatchEvent(new Event("input"));
  });
}
