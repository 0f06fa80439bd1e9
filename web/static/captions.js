// The caption editor: keys and buttons become changes, changes go out over the line and come back with those of others.
// Without this script captions can be fetched as a file, changed elsewhere and brought back below.

import { Conflicts } from "./captions_conflicts.js";
import { Desk } from "./captions_desk.js";
import { Finder } from "./captions_find.js";
import { Line } from "./captions_line.js";
import { clock, filled, List } from "./captions_list.js";
import * as model from "./captions_model.js";
import { attach } from "./captions_player.js";
import { Wave } from "./captions_wave.js";
import { refreshAll } from "./parts.js";

const at = (id) => document.getElementById(id);
const editor = at("editor");
const words = JSON.parse(at("words").dataset.words);
const limits = JSON.parse(editor.dataset.limits);
const video = at("player");
const [TOAST_MS, HISTORY_MS] = [6000, 1000];
const BACK_S = 3;
const REMEMBERED = 500;

let known = new Map();  // As the site has it.
let passages = new Map();  // With what has not reached it yet.
let current = null;
let done = [];
let taken = [];

const say = (text) => {
  const toast = at("toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.hidden = true; }, TOAST_MS);
};

const list = new List({ box: at("list"), row: at("row"), words, limits, onChosen: (id, text) => choose(id, { seek: true, edit: text }) });
const desk = new Desk({ template: at("desk"), people: at("people"), words, limits, onChange: (made) => act(made) });
const conflicts = new Conflicts({ box: at("conflicts"), card: at("conflict"), words, key: `captions mine ${editor.dataset.address}`, passageOf: (id) => passages.get(id), onMine: (made, id) => { act(made); choose(id, {}); } });
const wave = new Wave({
  canvas: at("wave"), video,
  onSeek: (seconds) => { video.currentTime = seconds; },
  onDrawn: (start, end) => act(model.withTimes(list.order, passages.get(current), start, end, limits)),
});
const finder = new Finder({ form: at("find"), list, words, onShow: (id) => choose(id, { seek: true }), onChange: (made) => act(made), say });

const line = new Line({
  address: editor.dataset.address, officeHour: editor.dataset.hour, page: model.newName(), csrf: editor.dataset.csrf,
  onAnswer: ({ changed, gone, whole, by }) => {
    known = whole ? new Map(changed.map((each) => [each.id, each])) : new Map(known);
    for (const id of gone) known.delete(id);
    if (!whole) for (const each of changed) known.set(each.id, each);
    show(by);
    if (changed.length || gone.length) soonHistory();
  },
  onRefused: (changes, why) => {
    done = done.filter((each) => !changes.some(({ id }) => id === each.change.id));
    for (const each of changes) {
      const mine = why[each.id] === "overlaps" ? [] : each.puts.filter((put) => passages.get(put.id)?.text !== put.text);
      conflicts.add(mine, list.by);
      if (!mine.length) say(why[each.id] === "overlaps" ? words.overlaps : words.overtaken);
    }
    show();
  },
  onOthers: (others) => {
    list.mark(others);
    const names = [...new Set(others.map(({ name }) => name))];
    at("others").textContent = names.length ? filled(words.others, { names: names.join(", ") }) : "";
  },
  onState: (state, count) => {
    const saved = at("saved");
    saved.dataset.state = state;
    saved.textContent = filled(words.states[state], { n: count });
  },
});

// Who did what lies below the text, and may be a moment late.
const soonHistory = () => {
  clearTimeout(soonHistory.timer);
  soonHistory.timer = setTimeout(refreshAll, HISTORY_MS);
};

const show = (by) => {
  const shown = document.activeElement?.closest?.(".bench") ? document.activeElement : null;
  passages = model.withPending(known, line.pending);
  list.show(passages, by, current);
  if (current && !passages.has(current)) choose(list.at(1000 * video.currentTime)?.id ?? list.order[0]?.id ?? null, {});
  desk.follow(passages.get(current), list.order);
  shown?.focus({ preventScroll: true });
  wave.show(list.order, current);
  const looks = list.toLookAt.length;
  at("counts").textContent = filled(words.counts, { all: list.order.filter((each) => !each.out).length, looks, outside: list.outside });
  for (const button of document.querySelectorAll('[data-act="next"]')) button.disabled = !looks;
  at("undo").disabled = !done.length;
  at("redo").disabled = !taken.length;
  conflicts.show();
  subtitle();
};

// What somebody did; kept at once, and remembered so that it can be taken back.
const act = (made, { undoing = null } = {}) => {
  if (!made) return say(words.nothing);
  const before = Object.keys(made.takes).map((id) => passages.get(id)).filter(Boolean);
  if (!undoing) {
    done = [...done, { change: made, before }].slice(-REMEMBERED);
    taken = [];
  }
  line.push(made);
  const there = made.puts.find(({ id }) => id === current) ?? made.puts[0];
  if (current && !made.puts.some(({ id }) => id === current) && there && made.takes[current] !== undefined) current = null;
  show();
  if (!current && there) choose(there.id, {});
};

const takeBack = (from, to, kind) => {
  desk.commit();
  const last = from.at(-1);
  if (!last) return;
  from.pop();
  const made = model.undone(passages, last.change, last.before, kind);
  if (!made) {
    say(words.changed_since);
    return show();
  }
  to.push({ change: made, before: last.change.puts.map(({ id }) => passages.get(id)) });
  act(made, { undoing: kind });
  const there = made.puts[0];
  if (there) choose(there.id, { seek: true });
};

const choose = (id, { seek = false, edit = false, focus = false }) => {
  if (id !== current) {
    desk.commit();
    list.rows.get(current)?.removeAttribute("aria-current");
    current = passages.has(id) ? id : null;
    const row = list.rows.get(current);
    row?.setAttribute("aria-current", "true");
    desk.open(passages.get(current), row, list.order);
    line.moved({ at: current ?? "", writing: edit });
  }
  if (!current) return;
  list.reveal(current);
  if (seek) video.currentTime = passages.get(current).start_ms / 1000 + 0.01;
  if (edit) desk.write();
  else if (focus) list.rows.get(current).focus({ preventScroll: true });
  wave.show(list.order, current);
};

let until = null;
const ACTS = {
  play: () => (video.paused ? video.play() : video.pause()),
  back: () => { video.currentTime = Math.max(0, video.currentTime - BACK_S); },
  again: () => {
    const passage = passages.get(current);
    if (!passage) return;
    video.currentTime = passage.start_ms / 1000;
    until = passage.end_ms / 1000;
    video.play();
  },
  next: (event) => {
    const id = list.next(current, event?.shiftKey);
    if (id) choose(id, { seek: true, focus: true });
    else say(words.none_left);
  },
  up: () => choose(list.beside(current, -1)?.id ?? current, { seek: true, focus: true }),
  down: () => choose(list.beside(current, 1)?.id ?? current, { seek: true, focus: true }),
  write: () => desk.write(),
  undo: () => takeBack(done, taken, "undo"),
  redo: () => takeBack(taken, done, "redo"),
  find: () => finder.open(),
  keys: () => at("keys").showModal(),
  split: () => {
    const { cut, passage } = desk.cut();
    if (!passage) return;
    const ms = 1000 * video.currentTime;
    const there = cut > 0 ? cut : model.cutFor(passage, Math.min(Math.max(ms, passage.start_ms), passage.end_ms));
    act(model.split(passage, there, cut > 0 ? -1 : ms, limits));
  },
  join: () => { desk.commit(); act(model.join(passages.get(current), model.neighbours(list.order, current)[1], limits)); },
  turn: () => { desk.commit(); act(model.turned(list.order, passages.get(current), limits)); },
  check: () => {
    desk.commit();
    const made = model.checked(passages.get(current));
    if (made) act(made);
    ACTS.next();
  },
  shift: (_event, [start, end]) => {
    desk.commit();
    const passage = passages.get(current);
    act(model.withTimes(list.order, passage, passage.start_ms + start, passage.end_ms + end, limits));
  },
  begin_here: () => { desk.commit(); act(model.withTimes(list.order, passages.get(current), 1000 * video.currentTime, passages.get(current).end_ms, limits)); },
  end_here: () => { desk.commit(); act(model.withTimes(list.order, passages.get(current), passages.get(current).start_ms, 1000 * video.currentTime, limits)); },
  who: () => desk.who(),
};
const NEED_PASSAGE = new Set(["again", "write", "split", "join", "turn", "check", "shift", "begin_here", "end_here", "who"]);
const perform = (name, event, values) => {
  if (NEED_PASSAGE.has(name) && !passages.has(current)) return;
  ACTS[name](event, values);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) perform(button.dataset.act, event, JSON.parse(button.dataset.values ?? "null"));
});

// Keys: alone outside of fields, with Alt inside of them.

const STEP_MS = 100;
const KEYS = {
  " ": ["play"], j: ["back"], k: ["again"], n: ["next"], s: ["split"], m: ["join"], c: ["check"], x: ["turn"], r: ["who"],
  i: ["begin_here"], o: ["end_here"], f: ["find"], z: ["undo"], y: ["redo"], "?": ["keys"], ArrowUp: ["up"], ArrowDown: ["down"], Enter: ["write"],
};
const SHIFTS = { Comma: -STEP_MS, Period: STEP_MS };
const letterOf = ({ altKey, key, code }) => (altKey && !/^[a-z ?]$/i.test(key) ? code.replace(/^Key/, "").replace("Space", " ") : key);

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  const field = event.target.matches("input:not([type=checkbox]), textarea, select");
  const writing = field && event.target.closest(".bench");
  const ctrl = event.ctrlKey || event.metaKey;
  if (ctrl && !event.altKey && ["z", "y"].includes(event.key.toLowerCase())) {
    if (field && !(writing && desk.clean)) return;  // The field's own undo comes first.
    event.preventDefault();
    return perform(event.key.toLowerCase() === "y" || event.shiftKey ? "redo" : "undo");
  }
  if (ctrl) return;
  if (writing && event.key === "Escape") {
    event.preventDefault();
    desk.commit();
    return list.rows.get(current)?.focus({ preventScroll: true });
  }
  if (writing && event.key === "Enter" && event.target.matches("textarea") && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    const after = list.beside(current, 1);
    desk.commit();
    return after ? choose(after.id, { seek: true, edit: true }) : undefined;
  }
  if (field && !event.altKey || !field && event.altKey) return;
  if (event.target.matches("button, a, summary, [type=checkbox]") && ["Enter", " "].includes(event.key)) return;
  if (event.code in SHIFTS && (current || field)) {
    event.preventDefault();
    const step = SHIFTS[event.code];
    return perform("shift", event, event.shiftKey ? [0, step] : [step, 0]);
  }
  const key = letterOf(event);
  const [name] = KEYS[key] ?? KEYS[key.toLowerCase()] ?? [];
  if (!name || event.repeat && !["up", "down", "back"].includes(name)) return;
  if (field && ["up", "down", "write", "keys"].includes(name)) return;
  event.preventDefault();
  perform(name, event);
});

// The picture, and what is said at this moment

const subtitle = () => {
  const now = list.at(1000 * video.currentTime);
  at("subtitle").textContent = now?.text ?? "";
  at("subtitle").hidden = !now;
  at("now").textContent = clock(1000 * video.currentTime);
  const row = list.rows.get(now?.id);
  if (row !== subtitle.row) {
    subtitle.row?.removeAttribute("data-now");
    row?.setAttribute("data-now", "");
    subtitle.row = row;
  }
  return now;
};

video.addEventListener("timeupdate", () => {
  if (until !== null && video.currentTime >= until) {
    video.pause();
    until = null;
  }
  const now = subtitle();
  const busy = document.activeElement?.matches("input, textarea, select");
  if (now && !video.paused && until === null && !busy && now.id !== current) choose(now.id, {});
});
video.addEventListener("seeked", subtitle);
for (const name of ["play", "pause"]) {
  video.addEventListener(name, () => {
    if (video.paused) until = null;
    for (const button of document.querySelectorAll('[data-act="play"]')) button.dataset.playing = String(!video.paused);
  });
}
document.addEventListener("focusin", ({ target }) => line.moved({ at: current ?? "", writing: Boolean(target.closest?.(".bench") && target.matches("textarea")) }));
addEventListener("pagehide", () => desk.commit());
document.addEventListener("visibilitychange", () => { if (document.hidden) desk.commit(); });

attach(video);
wave.load(editor.dataset.fine, editor.dataset.waveform);
line.begin().then(() => choose(list.order[0]?.id ?? null, {}), () => say(words.states.waiting));
