// The programme while it is on air: HLS through hls.js, or natively where the browser can, back by itself after a gap.

import "./parts.js";
import Hls from "/static/packages/hls.mjs";

const video = document.getElementById("player");
const sound = document.getElementById("sound");
const AGAIN_MS = 2000;

const begin = () => {
  video.play().catch(() => {});
  sound.hidden = !video.muted;
};

const play = () => {
  const address = video.dataset.live;
  if (!address) return;
  if (!Hls.isSupported()) {
    if (video.src !== new URL(address, location).href) video.src = address;
    begin();
    return;
  }
  const hls = new Hls({
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
      if (!document.querySelector('[data-running="yes"]')) return;
      hls.destroy();
      play();
    }, AGAIN_MS);
  });
  video.replaceChildren();
  hls.loadSource(address);
  hls.attachMedia(video);
};

sound.addEventListener("click", () => {
  video.muted = false;
  sound.hidden = true;
});
video.addEventListener("volumechange", () => { sound.hidden = !video.muted; });
play();
