// A form's growing fields and their counts of characters come to life; without this script both simply do not move.

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
