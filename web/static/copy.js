// A press copies a text or an address; the button says so for a moment. Another prints the page. Without this script
// an address can still be marked and copied by hand, and the browser's own menu prints.

const SAID_MS = 2500;

const textOf = (source) => (source.matches("input, textarea") ? source.value : source.textContent.trim());

const copy = async (source) => {
  try {
    await navigator.clipboard.writeText(textOf(source));
  } catch {  // No clipboard without https, or it was forbidden: mark it and let the browser copy what is marked.
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    if (!document.execCommand("copy")) return false;
  }
  return true;
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button || !(await copy(document.getElementById(button.dataset.copies)))) return;
  button.dataset.copied = "yes";
  const words = button.querySelector("[data-says]");
  if (!words) return;
  words.textContent = words.dataset.done;
  clearTimeout(button.timer);
  button.timer = setTimeout(() => { words.textContent = words.dataset.says; }, SAID_MS);
});

const show = (root) => {
  for (const button of root.querySelectorAll("[data-copies][hidden]")) button.hidden = false;
};
document.addEventListener("part", ({ target }) => show(target));
show(document);

const print = document.getElementById("print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
