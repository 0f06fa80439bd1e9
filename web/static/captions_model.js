// The caption editor's text, without a page: passages go in, changes to them come out (`transcode/editing.py` has the same
// rules and decides). A change takes passages away and puts others in their place, so that every act is one and can be
// taken back. A passage is never altered: whoever holds one can compare it.

const ORDER = (one, other) => one.start_ms - other.start_ms || Number(!!one.out) - Number(!!other.out)
  || one.end_ms - other.end_ms || (one.id < other.id ? -1 : 1);

export const newName = () => [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const inOrder = (passages) => [...passages.values()].sort(ORDER);

const LETTERS = (text) => [...text].length;

export const change = (kind, takes, puts) => ({
  id: newName(), kind, takes: Object.fromEntries(takes.map(({ id, seen }) => [id, seen])), puts,
});

// Whether a change still finds what it has seen.
export const fits = (passages, { takes }) => Object.entries(takes).every(([id, seen]) => passages.get(id)?.seen === seen);

export const make = (passages, { id, takes, puts }) => {
  for (const taken of Object.keys(takes)) passages.delete(taken);
  for (const put of puts) passages.set(put.id, { ...put, seen: id });
  return passages;
};

// As the server knows it, with what has not reached it yet; a change that somebody else has overtaken is left out.
export const withPending = (known, pending) => {
  const passages = new Map(known);
  for (const each of pending) if (fits(passages, each)) make(passages, each);
  return passages;
};

const CONTENT = ["start_ms", "end_ms", "text", "speaker", "out"];
export const same = (one, other) => CONTENT.every((name) => (one[name] || "") === (other[name] || ""));

// The change that takes one back; null when one of its passages has been changed since.
export const undone = (passages, { puts }, before, kind = "undo") => {
  const now = puts.map(({ id }) => passages.get(id));
  if (now.some((each, n) => !each || !same(each, puts[n]))) return null;
  if (before.some(({ id }) => passages.has(id) && !puts.some((put) => put.id === id))) return null;
  return change(kind, now, before);
};

// Rules

export const faults = (passage, after, limits) => {
  const lines = passage.text.split("\n");
  const [longest, length] = [Math.max(...lines.map(LETTERS)), passage.end_ms - passage.start_ms];
  const speed = LETTERS(passage.text) / Math.max(length / 1000, 0.001);
  const found = [];
  if (lines.length > limits.lines) found.push({ rule: "lines", n: lines.length, most: limits.lines });
  if (longest > limits.line) found.push({ rule: "length", n: longest, most: limits.line });
  if (Math.round(100 * speed) / 100 > limits.fastest) found.push({ rule: "fast", n: speed.toFixed(1), most: limits.fastest });
  if (length < limits.shortest_ms) found.push({ rule: "short", n: (length / 1000).toFixed(2), most: limits.shortest_ms / 1000 });
  if (length > limits.longest_ms) found.push({ rule: "long", n: (length / 1000).toFixed(1), most: limits.longest_ms / 1000 });
  if (after && after.start_ms - passage.end_ms < limits.gap_ms) found.push({ rule: "gap", n: after.start_ms - passage.end_ms, most: limits.gap_ms });
  return found;
};

// What is shown before and after a passage, by the order of all.
export const neighbours = (order, id) => {
  const at = order.findIndex((each) => each.id === id);
  return [order.slice(0, at).findLast((each) => !each.out), order.slice(at + 1).find((each) => !each.out)];
};

export const needsALook = (passage, found) => !passage.checked && Boolean(passage.doubts?.length || found.length);

// Acts: each gives a change, or null when there is nothing to do

const TIDY = (text) => text.normalize("NFC").split("\n").map((line) => line.split(/\s+/).filter(Boolean).join(" ")).filter(Boolean).join("\n");

export const withText = (passage, text) => {
  const tidy = TIDY(text);
  if (!tidy || tidy === passage.text) return null;
  return change("text", [passage], [{ ...passage, text: tidy, hand: true, checked: true }]);
};

export const withSpeaker = (passage, speaker) => {
  const tidy = TIDY(speaker);
  if (tidy === (passage.speaker ?? "")) return null;
  return change("speaker", [passage], [{ ...passage, speaker: tidy, hand: true }]);
};

// New times, kept between the neighbours; null when nothing is left to move.
export const withTimes = (order, passage, start, end, limits) => {
  const [before, after] = neighbours(order, passage.id);
  const earliest = before ? before.end_ms : 0;
  const latest = after ? after.start_ms : Infinity;
  const [from, until] = [Math.max(Math.round(start), passage.out ? 0 : earliest), Math.min(Math.round(end), passage.out ? Infinity : latest)];
  if (until - from < limits.frame_ms || (from === passage.start_ms && until === passage.end_ms)) return null;
  return change("times", [passage], [{ ...passage, start_ms: from, end_ms: until, hand: true }]);
};

// Two lines that are about as long, broken after a sentence or a comma where that is near the middle.
export const laidOut = (text, limits) => {
  const words = TIDY(text).split(/\s/);
  const whole = words.join(" ");
  if (LETTERS(whole) <= limits.line) return whole;
  let best = null;
  for (let n = 1; n < words.length; n += 1) {
    const [first, second] = [words.slice(0, n).join(" "), words.slice(n).join(" ")];
    const cost = Math.abs(LETTERS(first) - LETTERS(second)) - (/[.!?…]$/.test(first) ? 16 : /[,;:–]$/.test(first) ? 8 : 0)
      + 4 * Math.max(0, LETTERS(first) - limits.line) + 4 * Math.max(0, LETTERS(second) - limits.line);
    if (!best || cost < best.cost) best = { cost, text: `${first}\n${second}` };
  }
  return best?.text ?? whole;
};

// Where to cut a text at a moment that is inside of it: at the blank nearest to it.
export const cutFor = (passage, ms) => {
  const wanted = passage.text.length * (ms - passage.start_ms) / (passage.end_ms - passage.start_ms);
  const blanks = [...passage.text.matchAll(/\s/g)].map(({ index }) => index);
  return blanks.sort((one, other) => Math.abs(one - wanted) - Math.abs(other - wanted))[0] ?? -1;
};

export const split = (passage, cut, ms, limits) => {
  const [first, second] = [passage.text.slice(0, cut), passage.text.slice(cut)].map((text) => laidOut(text, limits));
  const share = passage.start_ms + Math.round((passage.end_ms - passage.start_ms) * cut / passage.text.length);
  const inside = ms > passage.start_ms + 200 && ms < passage.end_ms - 200;
  const at = Math.round(inside ? ms : share);
  if (cut < 1 || !first || !second || at - limits.gap_ms - passage.start_ms < limits.frame_ms || passage.end_ms - at < limits.frame_ms) return null;
  const doubts = (text) => (passage.doubts ?? []).filter(({ word }) => !word || text.includes(word));
  return change("split", [passage], [
    { ...passage, text: first, end_ms: at - limits.gap_ms, hand: true, doubts: doubts(first) },
    { ...passage, id: newName(), text: second, start_ms: at, hand: true, doubts: doubts(second) },
  ]);
};

export const join = (passage, after, limits) => {
  if (!after || passage.out) return null;
  const text = laidOut(`${passage.text} ${after.text}`, limits);
  return change("join", [passage, after], [{
    ...passage, text, end_ms: after.end_ms, hand: true, checked: Boolean(passage.checked && after.checked),
    doubts: [...(passage.doubts ?? []), ...(after.doubts ?? [])],
  }]);
};

// Left out, or taken in again where there is time for it; null where there is none.
export const turned = (order, passage, limits) => {
  if (!passage.out) return change("out", [passage], [{ ...passage, out: true, hand: true, checked: true }]);
  const [before, after] = neighbours(order, passage.id);
  const start = Math.max(passage.start_ms, before ? before.end_ms + limits.gap_ms : 0);
  const end = Math.min(Math.max(passage.end_ms, start + limits.shortest_ms), after ? after.start_ms - limits.gap_ms : Infinity);
  if (end - start < 250) return null;
  return change("in", [passage], [{ ...passage, out: false, hand: true, checked: true, start_ms: start, end_ms: end, text: laidOut(passage.text, limits) }]);
};

export const checked = (passage) => passage.checked ? null : change("checked", [passage], [{ ...passage, checked: true }]);

// Finding and replacing

const ESCAPED = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
export const pattern = (text, { exact, whole }) => {
  const found = ESCAPED(text.trim());
  return found ? new RegExp(whole ? `(?<![\\p{L}\\p{N}])${found}(?![\\p{L}\\p{N}])` : found, exact ? "gu" : "giu") : null;
};

export const replacedAll = (order, looked, instead) => {
  const takes = [];
  const puts = [];
  for (const each of order) {
    const replaced = each.out ? each.text : each.text.replace(looked, () => instead);
    if (replaced === each.text) continue;
    const text = TIDY(replaced);
    if (!text || text === each.text) continue;
    takes.push(each);
    puts.push({ ...each, text, hand: true, checked: true });
  }
  return takes.length ? change("replaced", takes, puts) : null;
};
