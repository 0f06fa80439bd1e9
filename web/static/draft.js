// A long form outlives a session that has expired meanwhile: what was typed is kept in this tab while the page is open
// and filled in again when one comes back from signing in. Without this script it has to be typed again.

const form = document.querySelector("form[data-draft]");
const key = `draft ${location.pathname}`;

const fieldsOf = () => [...form.elements].filter((each) => each.name && each.type !== "hidden" && each.type !== "submit");

const keep = () => {
  const values = fieldsOf().map((each) => [each.id, each.matches("[type=radio], [type=checkbox]") ? each.checked : each.value]);
  sessionStorage.setItem(key, JSON.stringify(values));
};

const fill = (values) => {
  for (const [id, value] of values) {
    const field = document.getElementById(id);
    if (!field) continue;
    if (typeof value === "boolean") field.checked = value;
    else field.value = value;
    field.dispatchEvent(new Event("input"));
  }
};

const cameFromSigningIn = () => document.referrer && new URL(document.referrer).pathname === "/login";

const kept = sessionStorage.getItem(key);
if (kept && cameFromSigningIn()) fill(JSON.parse(kept));
else sessionStorage.removeItem(key);
form.addEventListener("input", keep);
