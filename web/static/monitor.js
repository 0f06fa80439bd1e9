// The programme on the board, as it is made, without the broadcast's delay; its sound on wish. It runs while the page is
// seen and the room is open.

import { Connection, showsPicture } from "./connection.js";
import { refreshAll } from "./parts.js";

const AGAIN_MS = 3000;

const monitor = document.getElementById("monitor");
const video = document.getElementById("monitor-video");
const none = document.getElementById("monitor-none");
const sound = document.getElementById("monitor-sound");
const stream = new MediaStream();
const soon = none.textContent;

const connection = new Connection({
  audience: "whep",
  csrf: monitor.dataset.csrf,
  tickets: monitor.dataset.tickets,
  iceServers: JSON.parse(monitor.dataset.ice),
  stream,
  onState: (state) => {
    const shown = state === "connected";
    none.hidden = shown && showsPicture();
    none.textContent = shown ? none.dataset.heard : soon;
    sound.hidden = !shown;
    if (state === "again") lookFirst();
    if (!shown) return;
    video.srcObject = stream;
    video.play().catch(() => {});
  },
});

const act = () => {
  if (looking) return;
  const wanted = !document.hidden && document.querySelector('[data-open="yes"]') !== null;
  if (wanted) connection.start();
  else if (connection.running) connection.stop();
};

// The line went: the room may have been closed, which the page knows in a moment.
let looking = false;
const lookFirst = () => {
  looking = true;
  connection.stop();
  refreshAll();
  setTimeout(() => { looking = false; act(); }, AGAIN_MS);
};

sound.addEventListener("click", () => {
  video.muted = !video.muted;
  sound.setAttribute("aria-pressed", String(!video.muted));
});

if ("RTCPeerConnection" in window) {
  document.addEventListener("part", act);
  document.addEventListener("visibilitychange", act);
  addEventListener("pagehide", () => connection.stop());
  act();
}
