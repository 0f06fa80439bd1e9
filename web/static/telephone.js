// The line of a telephone: a second sound input of this computer is sent as a caller's voice, and what they are to hear,
// the room without themselves, is played to a second output. Staff read out the sign, since a caller sees none.
//
// The voice is not cleaned a second time: a telephone has taken out noise already and its band is narrow, and the room
// has a gain control of its own. Only the echo is taken out: what is played into the line comes back from it, and the
// browser alone knows what that was.

import { Connection, seatHeld, Socket } from "./connection.js";
import { askMicrophones, watchLevel } from "./devices.js";
import { refreshAll } from "./parts.js";
import { offered, suggested, warnings } from "./telephone_devices.js";

const HERE_MS = 6000;
const TOLD_MS = 5000;  // what the studio said counts for so long
const SOUND = { echoCancellation: true, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
const KINDS = { input: "audioinput", output: "audiooutput" };
const AFTERWARDS = "line";  // in this tab: whom it carries, so that a page that is loaded anew goes on

const at = (id) => document.getElementById(id);
const panel = at("phone");
const ear = at("phone-ear");
const { csrf } = panel.dataset;
const iceServers = JSON.parse(panel.dataset.ice);
const canRoute = "setSinkId" in HTMLMediaElement.prototype;
const usable = Boolean(navigator.mediaDevices?.getUserMedia) && "RTCPeerConnection" in window;

let line = null;  // {caller, stream, heard, sending, hearing, socket, held, inside, told}
let devices = [];
const own = new Set();

const cards = () => [...panel.querySelectorAll("[data-caller]")];
const cardOf = (caller) => cards().find((card) => card.dataset.caller === caller);
const remember = (storage, name, value) => {
  try {
    if (value === undefined) return storage.getItem(name);
    return value === null ? storage.removeItem(name) : storage.setItem(name, value);
  } catch {
    return null;  // Storage is switched off: the devices are chosen anew each time.
  }
};

// What is wrong

const wrong = new Set();
const say = (name, on) => {
  wrong[on ? "add" : "delete"](name);
  for (const each of panel.querySelectorAll("[data-wrong]")) each.hidden = !wrong.has(each.dataset.wrong);
};
const SOUND_WARNINGS = ["own-microphone", "standard-input", "standard-output", "fixed-output"];
const warn = () => {
  const choice = { devices, input: at("phone-input").value, output: at("phone-output").value, own: [...own], canRoute };
  const found = line ? warnings(choice) : [];
  for (const name of SOUND_WARNINGS) say(name, found.includes(name));
};
const askOwn = askMicrophones((deviceId) => { own.add(deviceId); warn(); });

// Devices: their labels are known once a microphone was allowed; what was chosen is kept by its label.

const list = async () => {
  devices = await navigator.mediaDevices.enumerateDevices();
  for (const [name, kind] of Object.entries(KINDS)) {
    const select = at(`phone-${name}`);
    const chosen = suggested(devices, kind, remember(localStorage, `telephone-${name}`));
    select.replaceChildren(...offered(devices, kind).map((device) => {
      const option = new Option(device.label, device.deviceId);
      option.selected = device.deviceId === chosen;
      return option;
    }));
  }
  own.clear();
  askOwn();
  warn();
};

const open = async () => {
  await list();
  const asked = at("phone-input").value;
  const opened = await navigator.mediaDevices.getUserMedia({ audio: { ...SOUND, ...(asked && { deviceId: { exact: asked } }) } });
  if (devices.some((device) => device.label)) return opened;
  await list();  // Allowed for the first time: only now do the devices have names.
  if (at("phone-input").value === opened.getAudioTracks()[0].getSettings().deviceId) return opened;
  for (const track of opened.getTracks()) track.stop();
  return navigator.mediaDevices.getUserMedia({ audio: { ...SOUND, deviceId: { exact: at("phone-input").value } } });
};

const route = async () => {
  if (canRoute && at("phone-output").value) await ear.setSinkId(at("phone-output").value).catch(() => {});
  warn();
};

const measure = (stream) => watchLevel(stream, (level) => {
  if (line?.stream !== stream) return false;
  at("phone-meter").value = level;
  return true;
});

const takeSound = async () => {
  const mine = line;
  const stream = await open();
  if (line !== mine) return stream.getTracks().forEach((track) => track.stop());
  for (const track of mine.stream?.getTracks() ?? []) track.stop();
  mine.stream = stream;
  const [track] = stream.getAudioTracks();
  track.addEventListener("ended", () => line?.stream === stream && say("input-gone", true));
  say("input-gone", false);
  say("refused", false);
  measure(stream);
  if (mine.sending) {
    await mine.sending.replaceTrack("audio", track);
    mine.sending.stream = stream;
  }
  await route();
};

// The line

const address = (caller) => `${panel.dataset.callers}/${encodeURIComponent(caller)}`;

const connect = async (caller, { claim }) => {
  drop();
  const held = seatHeld(() => { drop(); say("moved", true); });
  held.claim = claim;
  const mine = line = { caller, held, heard: new MediaStream(), stream: null, inside: null, told: null, state: "connecting" };
  for (const name of ["moved", "refused", "press"]) say(name, false);
  show();
  try {
    await takeSound();
  } catch (error) {
    console.info(`telephone: ${error.message}`);
    if (line === mine) drop();
    return say("refused", true);
  }
  if (line !== mine) return;
  remember(sessionStorage, AFTERWARDS, caller);
  mine.socket = new Socket({ csrf, held, tickets: `${address(caller)}/ticket`, onState: (state) => {
    if (state.type === "state") mine.told = { sign: state.sign, at: performance.now() };
    show();
  } });
  here();
  act();
};

const drop = () => {
  if (!line) return;
  const { sending, hearing, socket, stream } = line;
  line = null;
  for (const each of [sending, hearing, socket]) each?.stop();
  for (const track of stream?.getTracks() ?? []) track.stop();
  ear.srcObject = null;
  remember(sessionStorage, AFTERWARDS, null);
  for (const name of [...SOUND_WARNINGS, "input-gone", "press"]) say(name, false);
  show();
};

// Kept as somebody who waits or who is in the room: the two hear different things, so the connection is made anew.
const hear = (mine, inside) => {
  mine.hearing ??= new Connection({
    audience: "whep", csrf, iceServers, held: mine.held, hears: ["audio"], stream: mine.heard,
    tickets: `${address(mine.caller)}/ticket`,
    onState: (state) => { told(mine, state); if (state === "connected") listen(); },
  });
  if (mine.inside !== null && mine.inside !== inside) mine.hearing.restart();
  mine.inside = inside;
  mine.hearing.start();
  mine.socket.start();
};

const listen = () => {
  if (ear.srcObject !== line.heard) ear.srcObject = line.heard;
  ear.play().then(() => say("press", false), () => say("press", true));
};

const told = (mine, state) => {
  mine.state = { connected: "open", again: "again", full: "again" }[state] ?? "connecting";
  if (line === mine) show();
};

const act = () => {
  const card = line && cardOf(line.caller);
  if (line && !card) drop();
  if (!card || !line.socket) return show();
  const { send, listen: listens, seat } = card.dataset;
  if (send === "yes") {
    line.sending ??= new Connection({
      audience: "whip", csrf, iceServers, held: line.held, stream: line.stream, tickets: `${address(line.caller)}/ticket`,
      onState: () => {},
    });
    line.sending.start();
  } else if (line.sending?.running) line.sending.stop();
  if (listens === "yes") hear(line, send === "yes");
  else if (line.hearing?.running) for (const each of [line.hearing, line.socket]) each.stop();
  if (["left", "banned"].includes(seat)) for (const track of line.stream.getTracks()) track.stop();
  else if (seat === "called") here();
  show();
};

// A sign of life of the caller's, as their own page would give it; 423: another page carries them now.
const here = async () => {
  if (!line || !cardOf(line.caller) || line.stream?.getAudioTracks()[0].readyState === "ended") return;
  const mine = line;
  const query = new URLSearchParams({ page: mine.held.page, ...(mine.held.claim && { claim: "yes" }) });
  const answer = await fetch(`${address(mine.caller)}/here?${query}`, {
    method: "PATCH", headers: { "X-Csrf": csrf }, signal: AbortSignal.timeout(HERE_MS),
  }).catch(() => null);
  if (answer?.ok) mine.held.claim = false;
  else if (answer?.status === 423 && line === mine) mine.held.tell();
};
setInterval(here, HERE_MS);

// What the panel shows

const signOf = (card) => {
  const fresh = line?.told && performance.now() - line.told.at < TOLD_MS;
  return card.dataset.seat === "left" || card.dataset.seat === "banned" ? "over" : fresh ? line.told.sign : card.dataset.sign;
};

const show = () => {
  const mine = line && cardOf(line.caller);
  const inRoom = mine?.dataset.send === "yes";
  for (const card of cards()) {
    const gone = ["left", "banned"].includes(card.dataset.seat);
    card.hidden = gone && card !== mine;
    card.toggleAttribute("data-carried", card === mine);
    const button = card.querySelector("[data-connect]");
    button.hidden = gone || card === mine;
    button.disabled = inRoom;  // Nobody who is in the room loses the line to somebody who is noted beside them.
  }
  panel.hidden = !usable || cards().every((card) => card.hidden);
  const over = mine && signOf(mine) === "over";
  at("phone-state").dataset.state = mine && !over ? line.state : "idle";
  at("phone-say").hidden = !mine;
  at("phone-level").hidden = !mine || over;
  if (!mine) return;
  const sign = signOf(mine);
  at("phone-say").dataset.sign = sign;
  const words = mine.getAttribute(`data-say-${sign.replaceAll("_", "-")}`);
  if (at("phone-words").textContent !== words) at("phone-words").textContent = words;
};

// Presses

panel.addEventListener("click", ({ target }) => {
  const card = target.closest("[data-caller]");
  if (card && target.closest("[data-connect]")) connect(card.dataset.caller, { claim: true });
  else if (card && target.closest("[data-done]")) drop();
});

const noting = at("noting");
const form = at("noting-form");

// What follows from an answer: who is not heard is not recorded either; who hides the name is called something else.
const follow = () => {
  const answer = (field) => form.querySelector(`[name="${field}"]:checked`)?.value;
  for (const field of ["recording", "outside"]) {
    const ask = form.querySelector(`[data-ask="${field}"]`);
    if (ask) ask.hidden = ask.disabled = answer("live") === "no" || (field === "outside" && answer("recording") === "no");
  }
  form.querySelector('[data-ask="pseudonym"]').hidden = answer("name_shown") !== "no";
};

if (usable) {
  at("no-telephone").hidden = true;
  at("note-caller").hidden = false;
  at("note-caller").addEventListener("click", () => { noting.show(); at("caller-name").focus(); });
  at("noting-no").addEventListener("click", () => noting.close());
  noting.addEventListener("keydown", ({ key }) => key === "Escape" && noting.close());
  form.addEventListener("change", follow);
  form.addEventListener("reset", () => setTimeout(follow));
  form.addEventListener("sent", () => noting.close());
  for (const name of Object.keys(KINDS)) {
    at(`phone-${name}`).addEventListener("change", ({ target }) => {
      remember(localStorage, `telephone-${name}`, target.selectedOptions[0].label);
      if (!line) return;
      if (name === "output") route();
      else takeSound().catch(() => say("refused", true));
    });
  }
  navigator.mediaDevices.addEventListener("devicechange", async () => {
    await list();
    if (line?.stream?.getAudioTracks()[0].readyState === "ended") takeSound().catch(() => {});
  });
  addEventListener("pointerdown", () => wrong.has("press") && line && listen());
  document.addEventListener("part", act);
  addEventListener("pagehide", () => { line?.sending?.stop(); line?.hearing?.stop(); });
  setInterval(show, 1000);
  show();
  const before = remember(sessionStorage, AFTERWARDS);
  if (before && cardOf(before) && !cardOf(before).hidden) connect(before, { claim: false });
  refreshAll();
}
