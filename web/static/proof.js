// While somebody types, their computer works half a second for the form, so that a program cannot send thousands of them.
// Without this script, or where a browser cannot, the form is sent without: it is taken as well, only fewer an hour.

const LONGEST_MS = 90_000;
const PATIENCE_MS = 4_000;  // Nobody waits longer for it after the press.

const encoded = (challenge, { counter, derivedKey, time }) =>
  btoa(JSON.stringify({ challenge, solution: { counter, derivedKey, time } }));

const solve = (challenge, address) => new Promise((resolve) => {
  const worker = new Worker(address, { type: "module" });
  const done = (solution) => {
    worker.terminate();
    resolve(solution?.derivedKey ? encoded(challenge, solution) : "");
  };
  worker.addEventListener("message", ({ data }) => done(data));
  worker.addEventListener("error", () => done(null));
  worker.postMessage({ type: "work", challenge, counterMode: "uint32", counterStart: 0, counterStep: 1, timeout: LONGEST_MS });
});

for (const form of document.querySelectorAll("form[data-puzzle]")) {
  if (!("Worker" in window) || !crypto.subtle) continue;
  const field = form.elements.proof;
  let working = null;
  const begin = () => {
    working ??= solve(JSON.parse(form.dataset.puzzle), form.dataset.worker).then((proof) => { field.value = proof; });
    return working;
  };
  form.addEventListener("input", begin, { once: true });
  form.addEventListener("submit", (event) => {
    if (field.value || form.dataset.sent) return;
    event.preventDefault();
    form.dataset.sent = "yes";
    const { submitter } = event;
    const send = () => form.requestSubmit(submitter);
    Promise.race([begin(), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]).then(send, send);
  });
}
