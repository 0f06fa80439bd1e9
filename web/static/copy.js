// A button beside an address copies it. Without this script the address is marked and copied by hand.

const show = (root) => {
  for (const button of root.querySelectorAll("[data-copies][hidden]")) button.hidden = !navigator.clipboard;
};

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.select();
  await navigator.clipboard.writeText(field.value).catch(() => {});
  button.dataset.copied = "yes";
});

document.addEventListener("part", ({ target }) => show(target));
show(document);
