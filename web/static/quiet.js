// Pages of the same browser tell each other who is on air: then every other one falls silent, so that nobody hears
// themselves, later, out of a second window. Sound comes back when the other page is off air or gone.

const SAY_MS = 1000;
const BELIEVED_MS = 3000;
const here = crypto.randomUUID?.() ?? String(Math.random());
const channel = "BroadcastChannel" in window ? new BroadcastChannel("officehours-on-air") : null;

let heard = -Infinity;
let silenced = [];

const sounds = () => [...document.querySelectorAll("video:not(#own), audio")];

const fallSilent = () => {
  for (const each of sounds()) {
    if (!each.muted) {
      each.muted = true;
      silenced.push(each);
    }
  }
};

const look = () => {
  const onAir = document.body.dataset.sign === "on_air";
  if (onAir) channel.postMessage({ from: here });
  const other = !onAir && performance.now() - heard < BELIEVED_MS;
  if (other) fallSilent();
  else if (silenced.length) {
    for (const each of silenced) each.muted = false;
    silenced = [];
  }
  document.getElementById("quiet")?.toggleAttribute("hidden", !other);
};

if (channel) {
  channel.addEventListener("message", ({ data }) => {
    if (data.from === here) return;
    heard = performance.now();
    look();
  });
  setInterval(look, SAY_MS);
}
