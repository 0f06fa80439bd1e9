// The replay: HLS where the browser plays it, the MP4 otherwise; chapters and sentences seek and follow along.

import Hls from "/static/packages/hls.mjs";

const video = document.getElementById("player");
const transcript = document.getElementById("transcript");
const cues = [...document.querySelectorAll(".cue")];
const chapters = [...document.querySelectorAll(".chapter")];
const begin = Number(video.dataset.begin);

if (document.body.dataset.news) import("./parts.js");

const attach = () => {
  if (!video.dataset.replay || !Hls.isSupported()) return;
  for (const source of video.querySelectorAll("source")) source.remove();
  const hls = new Hls({
    workerPath: video.dataset.worker,
    startPosition: begin || -1,
    autoStartLoad: false,
    enableWebVTT: false,
    renderTextTracksNatively: false,
  });
  hls.on(Hls.Events.MANIFEST_PARSED, () => hls.startLoad(begin || -1));
  hls.on(Hls.Events.ERROR, (_event, { fatal, type }) => {
    if (fatal && type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
  });
  hls.loadSource(video.dataset.replay);
  hls.attachMedia(video);
};

const seek = (seconds) => {
  video.currentTime = Number(seconds) + 0.01;
  video.play().catch(() => {});
};

const within = (list, time) => list.find((each) => Number(each.dataset.start) <= time && time < Number(each.dataset.end));

let shown = null;
const follow = () => {
  const time = video.currentTime;
  const chapter = within(chapters, time);
  for (const each of chapters) {
    if (each === chapter) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  }
  const cue = within(cues, time);
  if (!cue || cue === shown) return;
  shown?.removeAttribute("data-now");
  shown = cue;
  cue.setAttribute("data-now", "");
  if (!transcript.matches(":hover, :focus-within") && !video.paused) centre(cue);
};

// Only the transcript's own box scrolls: nothing else on the page jumps.
const centre = (element) => {
  const box = transcript.getBoundingClientRect();
  const place = element.getBoundingClientRect();
  transcript.scrollTop += place.top - box.top - box.height / 2 + place.height / 2;
};

const search = document.getElementById("search");
const find = ({ target }) => {
  const wanted = target.value.trim().toLocaleLowerCase();
  const hits = cues.filter((cue) => {
    const hit = wanted.length > 1 && cue.textContent.toLocaleLowerCase().includes(wanted);
    cue.toggleAttribute("data-hit", hit);
    return hit;
  });
  const words = document.getElementById("hits");
  words.textContent = wanted.length < 2 ? "" : hits.length ? String(hits.length) : words.dataset.none;
  if (hits.length) centre(hits[0]);
};

for (const chapter of chapters) {
  chapter.addEventListener("click", (event) => {
    event.preventDefault();
    seek(chapter.dataset.start);
    video.scrollIntoView({ block: "nearest" });
  });
}
for (const cue of cues) {
  cue.tabIndex = 0;
  cue.setAttribute("role", "button");
  cue.addEventListener("click", () => seek(cue.dataset.start));
  cue.addEventListener("keydown", (event) => {
    if (event.key === "Enter") seek(cue.dataset.start);
  });
}
if (search) {
  search.hidden = false;
  search.addEventListener("input", find);
}
video.addEventListener("timeupdate", follow);
attach();
if (begin && !Hls.isSupported()) video.addEventListener("loadedmetadata", () => { video.currentTime = begin; }, { once: true });
