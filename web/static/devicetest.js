// The page /test: browser, camera, microphone, loudspeaker and line, one after the other; the site says the verdict.

import { HEARD, watchLevel } from "./devices.js";
import { Busy, testLine, testSocket } from "./linetest.js";

const page = document.getElementById("device-test");
const { csrf } = page.dataset;
const iceServers = JSON.parse(page.dataset.ice);
const at = (id) => document.getElementById(id);
const TONE_S = 1.2;
const VOICE_MS = 12_000;  // Long enough to read the sentence that asks for it.
const AGAIN_MS = 10_000;
const TRIES = 4;  // Tests take half a minute at most: by then a place is free, or something else is wrong.
const ANSWER_MS = 15_000;

let stream = null;
let facts = {};
let toneUntil = 0;
let answered = () => {};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// One line of the list: "waiting", "running", "good", "bad". What is written beside it follows from the state.
const mark = (name, state) => { at(`try-${name}`).dataset.state = state; };
const marked = (name, well) => { mark(name, well ? "good" : "bad"); return well; };

const fits = () => Boolean(
  navigator.mediaDevices?.getUserMedia && window.RTCPeerConnection && window.WebSocket && window.AudioContext
  && HTMLCanvasElement.prototype.captureStream,
);

// The sentence for what went wrong: `name` is that of the browser's error.
const complain = (name) => {
  const problems = [...document.querySelectorAll("[data-problem]")];
  const shown = problems.some((each) => each.dataset.problem === name) ? name : "other";
  for (const each of problems) each.hidden = each.dataset.problem !== shown;
};

const open = async () => {
  for (const video of [{ width: { ideal: 1280 }, height: { ideal: 720 } }, false]) {
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: true, video });
    } catch (error) {
      complain(error.name);
      at("no-device").hidden = false;
    }
  }
  return null;
};

const devices = async () => {
  mark("camera", "running");
  mark("microphone", "running");
  stream = await open();
  facts.camera = marked("camera", Boolean(stream?.getVideoTracks().length));
  facts.microphone = Boolean(stream?.getAudioTracks().length);
  if (facts.camera && facts.microphone) at("no-device").hidden = true;
  if (!facts.microphone) mark("microphone", "bad");
  if (!facts.camera) return;
  at("own").srcObject = stream;
  at("own-none").hidden = true;
};

// Somebody speaks within a while; our own tone does not count.
const voice = () => new Promise((resolve) => {
  if (!facts.microphone) return resolve(false);
  at("level").hidden = false;
  const until = performance.now() + VOICE_MS;
  let heard = 0;
  watchLevel(stream, (level) => {
    if (!stream) return false;
    at("meter").value = level;
    if (level > HEARD && performance.now() > toneUntil) heard += 1;
    if (heard === 3) { marked("microphone", true); resolve(true); }
    if (performance.now() > until) resolve(heard >= 3);
  });
});

const tone = () => {
  const context = new AudioContext();
  const [source, gain] = [context.createOscillator(), context.createGain()];
  const end = context.currentTime + TONE_S;
  source.frequency.value = 660;
  gain.gain.setValueAtTime(0, context.currentTime);
  gain.gain.linearRampToValueAtTime(0.25, context.currentTime + 0.05);
  gain.gain.setValueAtTime(0.25, end - 0.1);
  gain.gain.linearRampToValueAtTime(0, end);
  source.connect(gain).connect(context.destination);
  source.start();
  source.stop(end);
  source.addEventListener("ended", () => context.close());
  toneUntil = performance.now() + 1000 * TONE_S + 300;
};

const loudspeaker = () => new Promise((resolve) => {
  mark("loudspeaker", "running");
  tone();
  answered = resolve;
});

const line = async () => {
  mark("line", "running");
  const [socket, way] = await Promise.all([testSocket(), wayThrough()]);
  Object.assign(facts, way, { socket });
  marked("line", Boolean(way.connected));
  if (!way.connected) return;
  at("line-bits").textContent = (way.back_kbps / 1000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
  at("line-lost").textContent = Math.round(100 * way.lost);
  at("line-delay").textContent = way.delay_ms;
};

const wayThrough = async () => {
  const [track] = stream?.getAudioTracks() ?? [];
  for (let left = TRIES; left > 0; left -= 1) {
    try {
      return await testLine({ iceServers, voice: track, onProgress: (share) => { at("line-bar").value = share; } });
    } catch (error) {
      console.info(`line: ${error.message}`);
      if (!(error instanceof Busy)) return { connected: false };
      at("busy").hidden = false;
      await pause(AGAIN_MS);
      at("busy").hidden = true;
    }
  }
  return { connected: false, busy: true };
};

const judged = async () => {
  const answer = await fetch("/test", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-Csrf": csrf },
    body: JSON.stringify(facts),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const said = await answer.json();
  return { kind: "danger", sentence: said.error, ...said };
};

const told = async () => {
  const said = await judged().catch(() => ({ kind: "danger", sentence: page.dataset.unheard }));
  at("verdict").dataset.kind = said.kind;
  at("verdict-sentence").textContent = said.sentence;
  at("verdict-code").textContent = said.code ?? "";
  at("verdict-help").hidden = !said.code;
  at("verdict").hidden = false;
  at("verdict").focus();
  at("verdict").scrollIntoView({ block: "nearest" });
};

const release = () => {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  at("own").srcObject = null;
  at("own-none").hidden = false;
  at("level").hidden = true;
};

const run = async () => {
  facts = { browser: fits() };
  at("begin").hidden = true;
  at("verdict").hidden = true;
  at("no-device").hidden = true;
  for (const name of ["browser", "camera", "microphone", "loudspeaker", "line"]) mark(name, "waiting");
  marked("browser", facts.browser);
  if (facts.browser) {
    const ringing = loudspeaker();  // At once, while the press still allows sound.
    await devices();
    at("try-loudspeaker").scrollIntoView({ block: "nearest" });  // It waits for an answer.
    const speaking = voice().then((heard) => { facts.voice = marked("microphone", heard); });
    await Promise.all([line(), speaking, ringing.then((heard) => { facts.loudspeaker = marked("loudspeaker", heard); })]);
    release();
  }
  await told();
  at("begin").hidden = false;
  at("begin-first").hidden = true;
  at("begin-again").hidden = false;
};

at("begin").hidden = false;
at("begin").addEventListener("click", run);
at("tone").addEventListener("click", tone);
at("heard").addEventListener("click", () => answered(true));
at("not-heard").addEventListener("click", () => answered(false));
addEventListener("pagehide", release);
