// The own place of a guest or host: camera and microphone, the connections, the sign and the clock.
// What the rows say comes with the page's part `#seat-state`; the studio's socket is quicker and wins while it speaks.

import { refreshAll } from "./parts.js";
import { HEARD, reportDevices, tellMicrophone, watchLevel } from "./devices.js";
import { Connection, Socket, showsPicture } from "./connection.js";
import { claim } from "./handover.js";
import "./copy.js";
import "./quiet.js";
import { post } from "./line.js";

const room = document.getElementById("room");
const facts = JSON.parse(room.dataset.room);
const { csrf } = room.dataset;
const at = (id) => document.getElementById(id);
const WIDTH = 1280;  // The largest tile there is; what is sent is made smaller when the tile is.
const HEIGHT = 720;
const TALLEST = 3 / 4;  // The sign and what one waits for stay on a telephone's page with the own picture.
const MUTED_MS = 1500;  // A track is muted for a moment when devices change; longer means that it was taken away.
const SCREEN = { width: 1280, height: 720, frame_rate: 15, bits_per_s: 1_500_000 };  // Large and slow: it is read.

let stream = null;
let sending = null;
let hearing = null;
let inside = null;  // Whether the connection for hearing was made as somebody in the room, or as somebody who waits.
let sharing = null;
let spoken = null;  // The newest state that the socket told, and when.

// Camera and microphone

const seen = () => room.dataset.camera === "yes" && at("seat-state")?.dataset.video !== "no";

const wanted = () => ({
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...chosen("microphone") },
  video: seen() && { width: { ideal: WIDTH }, height: { ideal: HEIGHT }, frameRate: { ideal: 30, max: 30 }, ...chosen("camera") },
});

const chosen = (id) => (at(id)?.value ? { deviceId: { exact: at(id).value } } : {});

const complain = (name) => {
  const known = [...document.querySelectorAll("[data-problem]")].map((each) => each.dataset.problem);
  for (const each of document.querySelectorAll("[data-problem]")) {
    each.hidden = each.dataset.problem !== (known.includes(name) ? name : "other");
  }
  at("no-device").hidden = false;
  at("start-devices").hidden = false;
};

const startDevices = async () => {
  if (!navigator.mediaDevices?.getUserMedia) return complain("insecure");
  try {
    const fresh = await navigator.mediaDevices.getUserMedia(wanted());
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = fresh;
  } catch (error) {
    return complain(error.name);
  }
  at("no-device").hidden = true;
  const withPicture = stream.getVideoTracks().length > 0;
  at("own").srcObject = stream;
  at("own-none").hidden = withPicture;
  for (const id of ["level", "choices", "mute"]) at(id).hidden = false;
  at("blind").hidden = !withPicture;
  at("start-devices").hidden = true;
  document.body.dataset.devices = "on";
  for (const track of stream.getTracks()) {
    track.addEventListener("ended", mend);
    track.addEventListener("mute", () => setTimeout(mend, MUTED_MS));
  }
  await listDevices();
  measure(stream);
  showMuted();
  await handOver();
  act();
};

// A connection goes on with the new tracks; one that had no picture and gets one, or the reverse, is made anew.
const handOver = async () => {
  if (!sending?.running) return;
  const kinds = (each) => each.getTracks().map((track) => track.kind).sort().join();
  if (kinds(sending.stream) !== kinds(stream)) {
    sending.stop();
    sending = null;
    return;
  }
  for (const track of stream.getTracks()) await sending.replaceTrack(track.kind, track);
  sending.stream = stream;
};

// A call, another app, a pulled plug or the lock takes camera and microphone away; back in front, they are
// asked for again. A page that nobody sees would get nothing.
let mending = false;
const mend = async () => {
  if (document.hidden || mending || !stream) return;
  if (stream.getTracks().every((track) => track.readyState === "live" && !track.muted)) return;
  mending = true;
  await startDevices();
  mending = false;
};

const listDevices = async () => {
  const devices = await navigator.mediaDevices.enumerateDevices();
  for (const [id, kind] of [["camera", "videoinput"], ["microphone", "audioinput"]]) {
    const select = at(id);
    const current = stream.getTracks().find((track) => track.kind === kind.slice(0, 5))?.getSettings().deviceId;
    select.replaceChildren(...devices.filter((device) => device.kind === kind).map((device) => {
      const option = new Option(device.label, device.deviceId);
      option.selected = device.deviceId === current;
      return option;
    }));
    select.closest(".kern-form-input").hidden = select.options.length < 2;
  }
};

const measure = (source) => {
  const camera = source.getVideoTracks().length > 0;
  let loudest = 0;
  reportDevices(csrf, { camera, microphone: false });
  watchLevel(source, (level) => {
    if (source !== stream) return false;
    at("meter").value = level;
    if (loudest <= HEARD && level > HEARD) reportDevices(csrf, { camera, microphone: true });
    loudest = Math.max(loudest, level);
    at("level-quiet").hidden = loudest > HEARD;
    at("level-fine").hidden = loudest <= HEARD;
    return true;
  });
};

const showMuted = () => {
  for (const [id, kind] of [["mute", "audio"], ["blind", "video"]]) {
    const off = at(id).getAttribute("aria-pressed") === "true";
    for (const track of stream?.getTracks() ?? []) if (track.kind === kind) track.enabled = !off;
  }
};

const toggle = ({ currentTarget }) => {
  currentTarget.setAttribute("aria-pressed", String(currentTarget.getAttribute("aria-pressed") !== "true"));
  showMuted();
};

// Nothing is sent from the press on; the room is told, so that nobody looks for a fault and a name card is shown
// instead of black. It is told with each connection as well: a page that was loaded anew has both on again.
const tellOff = (id) => {
  if (at("seat-state")?.dataset.send !== "yes") return;
  const off = at(id).getAttribute("aria-pressed") === "true";
  const act = id === "mute" ? (off ? "mute" : "unmute") : (off ? "camera_off" : "camera_on");
  post(`/office-hours/${facts.officeHour}/me`, { csrf, do: act }).catch(() => {});
};

// A shared screen: a second connection beside the own camera, on air as long as one is oneself.

const share = async () => {
  if (sharing) return unshare();
  const screen = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: SCREEN.frame_rate } }).catch(() => null);
  if (!screen) return;
  const [track] = screen.getVideoTracks();
  track.contentHint = "detail";
  track.addEventListener("ended", unshare);
  sharing = new Connection({ audience: "screen", csrf, iceServers: facts.iceServers, stream: screen, onState: () => {} });
  sharing.fit(SCREEN);
  sharing.start();
  at("share").setAttribute("aria-pressed", "true");
};

const unshare = () => {
  if (!sharing) return;
  sharing.stop();
  for (const track of sharing.stream.getTracks()) track.stop();
  sharing = null;
  at("share").setAttribute("aria-pressed", "false");
};

// Another device has the seat: camera and microphone go off here, and the loudspeaker, which the other one would hear.

const fallSilent = () => {
  unshare();
  sending?.stop();
  hearing?.stop();
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  at("own").srcObject = null;
  at("own-none").hidden = at("start-devices").hidden = false;
  for (const id of ["level", "choices", "mute", "blind", "share"]) at(id).hidden = true;
};

// Connections

const linkState = (state) => {
  at("link-state").dataset.state = state;
  if (state === "connected") for (const id of ["mute", "blind"]) tellOff(id);
};

const programme = new MediaStream();
const listen = () => {
  at("programme").hidden = false;
  const video = at("programme-video");
  at("no-picture").hidden = showsPicture();
  video.hidden = at("programme").querySelector("figcaption").hidden = !showsPicture();
  video.srcObject = programme;
  video.play().catch(() => {
    video.muted = true;  // Sound needs a press in some browsers: the picture starts, a button offers the sound.
    at("hear").hidden = false;
    video.play().catch(() => {});
  });
};

// Who waits hears what goes out; who is let in hears the room without themselves: a connection of another kind.
const hear = (asInside) => {
  hearing ??= new Connection({
    audience: "whep", csrf, iceServers: facts.iceServers, stream: programme,
    onState: (state) => state === "connected" ? listen() : state === "idle" && (at("programme").hidden = true),
  });
  if (inside !== null && inside !== asInside) hearing.restart();
  inside = asInside;
  hearing.start();
  socket.start();
};

const act = () => {
  const seat = at("seat-state");
  if (!seat || !at("own")) return;
  const gone = sign() === "over";
  at("share").hidden = !stream || seat.dataset.share !== "yes" || !navigator.mediaDevices.getDisplayMedia;
  if (seat.dataset.share !== "yes") unshare();
  if (!gone && stream && seat.dataset.send === "yes") {
    sending ??= new Connection({ audience: "whip", csrf, iceServers: facts.iceServers, stream, onState: linkState });
    sending.stream = stream;
    sending.start();
  } else if (sending?.running) {
    sending.stop();
    unshare();
  }
  if (!gone && seat.dataset.listen === "yes") hear(seat.dataset.send === "yes");
  else if (hearing?.running) {
    hearing.stop();
    socket.stop();
    spoken = null;  // The room says nothing more to this page: what it said last does not hold, the rows do.
  }
  if (stream && room.dataset.camera === "yes" && seen() !== stream.getVideoTracks().length > 0 && !gone) startDevices();
  if (gone && stream) {
    for (const track of stream.getTracks()) track.stop();
    at("own").srcObject = null;
    stream = null;
  }
  showSign();
};

// The sign and the clock

const socket = new Socket({ csrf, onState: (state) => {
  if (state.type !== "state") return;
  spoken = { sign: state.sign, heard: performance.now(), ...state };
  if (state.send) sending?.fit(state.send);
  showSign();
} });

const told = () => spoken && performance.now() - spoken.heard < 5000 ? spoken : null;
const rowsSign = () => at("seat-state")?.dataset.sign ?? "not_on_air";
let over = false;  // Once the room has closed it stays so, also when it says nothing any more.
const sign = () => {
  over ||= told()?.sign === "over";
  return over || rowsSign() === "over" ? "over" : told()?.sign ?? rowsSign();
};

const showSign = () => {
  const now = sign();
  if (at("sign").dataset.sign !== now) {
    at("sign").dataset.sign = now;
    document.body.dataset.sign = now;
    if (now !== rowsSign()) refreshAll();  // The words beside the sign come from the rows and shall not lag behind.
    if (now === "over") act();
  }
  document.body.dataset.sign = now;
  for (const each of document.querySelectorAll("[data-picture]")) {
    each.hidden = (each.dataset.picture === "room") !== Boolean(told()?.room_picture);
  }
};

// The seconds before the beginning, and those in which the end can be taken back: told twice a second, shown evenly.
const counts = { count: null, undo: null };
const showCounts = () => {
  for (const each of document.querySelectorAll(".sign__count[data-count]")) {
    const left = told()?.[`${each.dataset.count}_s`] ?? null;
    const zero = left === null ? null : spoken.heard + 1000 * left;
    const known = counts[each.dataset.count];
    counts[each.dataset.count] = zero === null || known === null ? zero : Math.min(known, zero);
    each.hidden = zero === null;
    const figure = String(Math.max(0, Math.ceil((counts[each.dataset.count] - performance.now()) / 1000)));
    if (zero !== null && each.firstElementChild.textContent !== figure) each.firstElementChild.textContent = figure;
  }
};
setInterval(showCounts, 100);

const clockText = (seconds) => {
  const whole = Math.abs(Math.trunc(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
};

const clock = at("clock");
const tick = () => {
  if (spoken?.on_air && !clock.dataset.began) clock.dataset.began = new Date(Date.now() - 1000 * (spoken.seconds ?? 0)).toISOString();
  if (!clock.dataset.began) return;
  const left = Number(clock.dataset.planned) - (Date.now() - new Date(clock.dataset.began)) / 1000;
  at("clock-left").textContent = clockText(left);
  clock.querySelector('[data-clock="left"]').hidden = left < 0;
  clock.querySelector('[data-clock="over"]').hidden = left >= 0;
  clock.toggleAttribute("data-late", left < 300);
};
if (clock) setInterval(tick, 500);

let awake = null;
const stayAwake = async () => {
  if (document.hidden || !navigator.wakeLock) return;
  awake = await navigator.wakeLock.request("screen").catch(() => null);
};

// Held upright, a telephone sends an upright picture: the box takes its shape, so that nobody fits into half a frame.
const shape = () => {
  const { videoWidth, videoHeight } = at("own");
  if (videoWidth) at("own").parentElement.style.aspectRatio = String(Math.max(TALLEST, videoWidth / videoHeight));
};

if (at("own")) {
  tellMicrophone(() => stream?.getAudioTracks().find((track) => track.readyState === "live")?.getSettings().deviceId);
  at("own").addEventListener("resize", shape);
  at("start-devices").addEventListener("click", () => { claim(); startDevices(); stayAwake(); });
  at("start-devices").disabled = false;  // Before, a press would have been lost without a word.
  document.addEventListener("moved", fallSilent);
  for (const id of ["mute", "blind"]) at(id).addEventListener("click", (event) => { toggle(event); tellOff(id); });
  at("share").addEventListener("click", share);
  at("camera").addEventListener("change", startDevices);
  at("microphone").addEventListener("change", startDevices);
  at("hear").addEventListener("click", () => {
    at("programme-video").muted = false;
    at("hear").hidden = true;
  });
  document.addEventListener("visibilitychange", () => {
    if (awake) stayAwake();
    mend();
  });
  addEventListener("pageshow", mend);
  addEventListener("pagehide", () => { unshare(); sending?.stop(); hearing?.stop(); });
  if (at("seat-state")?.dataset.listen === "yes") stayAwake();
}
document.addEventListener("part", act);
setInterval(showSign, 1000);
act();
