// A checklist's ticks and words stay in this browser, until somebody begins anew.

const KEY = "checklist-iphone";
const form = document.getElementById("checklist");
const sum = document.getElementById("sum");
const anew = document.getElementById("anew");
const fields = [...form.querySelectorAll("input")];
const ticks = fields.filter(({ type }) => type === "checkbox");

const count = () => {
  const seen = ticks.filter(({ checked }) => checked).length;
  sum.hidden = seen === 0;
  sum.textContent = seen === ticks.length ? sum.dataset.all : `${seen} ${sum.dataset.some} ${ticks.length}`;
};

const keep = () => {
  const values = fields.map((each) => [each.name, each.type === "checkbox" ? each.checked : each.value]);
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(values)));
  } catch {
    // Storage is switched off: the page can still be printed.
  }
  count();
};

try {
  const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  for (const each of fields) {
    if (each.type === "checkbox") each.checked = kept[each.name] === true;
    else each.value = kept[each.name] ?? "";
  }
} catch {
  // Nothing was kept that can be read.
}
anew.hidden = false;
form.addEventListener("input", keep);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(keep));
count();
