// The programme while it is on air: HLS through hls.js, or natively where the browser can; on wish by WebRTC, which is a
// second faster and cannot go back. Both come back by themselves: HLS after a gap, WebRTC as HLS.

import "./parts.js";
import { Connection, showsPicture } from "./connection.js";
import Hls from "/static/packages/hls.mjs";

const video = document.getElementById("player");
const sound = document.getElementById("sound");
const pace = document.getElementById("pace");
const none = document.getElementById("no-picture");
const AGAIN_MS = 2000;

let hls = null;
let fast = null;

const begin = () => {
  video.play().catch(() => {});
  sound.hidden = !video.muted;
};

const running = () => document.querySelector('[data-running="yes"]') !== null;

const play = () => {
  const address = video.dataset.live;
  if (!address || fast) return;
  if (!Hls.isSupported()) {
    if (video.src !== new URL(address, location).href) video.src = address;
    video.addEventListener("error", () => { none.hidden = false; }, { once: true });
    begin();
    return;
  }
  hls = new Hls({
    workerPath: video.dataset.worker,
    lowLatencyMode: true,
    maxLiveSyncPlaybackRate: 1.1,  // Pitch stays, so it is hardly to be heard; without it the player never catches up.
    backBufferLength: 300,
  });
  // How far behind is said by the playlist (PART-HOLD-BACK). Who is much further behind jumps; given above, hls.js
  // would take this only together with a number of segments that overrules the playlist.
  hls.config.liveMaxLatencyDurationCount = 6;
  hls.on(Hls.Events.MANIFEST_PARSED, begin);
  hls.on(Hls.Events.ERROR, (_event, { fatal, type }) => {
    if (!fatal) return;
    if (type === Hls.ErrorTypes.MEDIA_ERROR) {
      hls.recoverMediaError();
      return;
    }
    hls.stopLoad();  // What is buffered plays on: they are the last words, when the broadcast has just ended.
    setTimeout(() => {
      if (fast || !running()) return;
      leaveHls();
      play();
    }, AGAIN_MS);
  });
  video.replaceChildren();
  hls.loadSource(address);
  hls.attachMedia(video);
};

const leaveHls = () => {
  hls?.destroy();
  hls = null;
  video.removeAttribute("src");
};

const show = (name) => {
  for (const id of ["faster", "faster-means"]) document.getElementById(id).hidden = name !== "faster";
  document.getElementById("slower").hidden = name !== "slower";
};

// Whatever goes wrong, and when all places are taken: the programme goes on as HLS, and nobody is told of it.
const watchFast = () => {
  const stream = new MediaStream();
  fast = new Connection({
    audience: "whep",
    door: pace.dataset.door,
    iceServers: JSON.parse(pace.dataset.ice),
    stream,
    onState: (state) => {
      if ((state === "again" || state === "full") && fast) watchSlowly();
      if (state !== "connected") return;
      leaveHls();
      video.srcObject = stream;
      begin();
    },
  });
  show("slower");
  fast.start();
};

const watchSlowly = () => {
  const connection = fast;
  fast = null;
  connection?.stop();
  video.srcObject = null;
  show("faster");
  if (!hls && running()) play();
};

if (pace && "RTCPeerConnection" in window && showsPicture()) {
  const [faster, slower] = ["faster", "slower"].map((id) => document.getElementById(id));
  pace.hidden = false;
  faster.addEventListener("click", () => { watchFast(); slower.focus(); });
  slower.addEventListener("click", () => { watchSlowly(); faster.focus(); });
  window.addEventListener("pagehide", () => fast?.stop());
}

sound.addEventListener("click", () => {
  video.muted = false;
  sound.hidden = true;
});
video.addEventListener("volumechange", () => { sound.hidden = !video.muted; });
play();
