// The caption editor's list: a row for each passage, in words and shapes what is wrong with it; the row somebody is at holds
// the desk with fields and buttons. A thousand rows are made once; afterwards only those that changed are filled again: at
// once where somebody is, the others a moment later, so that no key waits for what nobody sees.

import { faults, inOrder, needsALook } from "./captions_model.js";

const two = (number) => String(number).padStart(2, "0");
export const clock = (ms) => {
  const seconds = Math.floor(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  return `${hours ? `${hours}:${two(Math.floor(seconds / 60) % 60)}` : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
};

export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");

const markOf = (kind, text) => {
  const mark = document.createElement("li");
  mark.className = `remark remark--${kind}`;
  mark.textContent = text;
  return mark;
};

const NEAR = 30;  // Rows on both sides of the one somebody is at: more than the tallest window shows.
const AT_A_TIME = 60;

export class List {
  constructor({ box, row, words, limits, onChosen }) {
    Object.assign(this, { box, row, words, limits, onChosen });
    this.rows = new Map();
    this.parts = new WeakMap();
    this.waiting = new Set();  // Rows to fill, by id.
    this.order = [];
    this.passages = new Map();
    this.found = new Map();  // What the linter finds, by id.
    this.seen = new Map();  // The passage, and the one after it, for which it found that.
    this.by = {};
    box.addEventListener("click", ({ target }) => {
      const chosen = target.closest(".passage");
      if (chosen && !target.closest(".bench")) this.onChosen(chosen.dataset.id, Boolean(target.closest(".passage__text")));
    });
  }

  // Show these passages; what has not changed stays as it is. `current`: where somebody is.
  show(passages, by = {}, current = null) {
    Object.assign(this.by, by);
    this.passages = passages;
    this.order = inOrder(passages);
    const shown = this.order.filter((each) => !each.out);
    const after = new Map(shown.map((each, n) => [each.id, shown[n + 1]]));
    for (const [id, row] of this.rows) {
      if (!passages.has(id)) {
        row.remove();
        this.rows.delete(id);
        this.found.delete(id);
        this.seen.delete(id);
      }
    }
    let last = null;
    for (const each of this.order) {
      const row = this.rows.get(each.id) ?? this.#made(each.id);
      const [seen, next] = this.seen.get(each.id) ?? [];
      if (seen !== each || next !== after.get(each.id)) {
        const found = each.out ? [] : faults(each, after.get(each.id), this.limits);
        if (seen !== each || JSON.stringify(this.found.get(each.id)) !== JSON.stringify(found)) this.waiting.add(each.id);
        this.found.set(each.id, found);
        this.seen.set(each.id, [each, after.get(each.id)]);
      }
      const place = last ? last.nextElementSibling : this.box.firstElementChild;
      if (place !== row) this.box.insertBefore(row, place);
      last = row;
    }
    const place = Math.max(0, this.order.findIndex(({ id }) => id === current));
    for (const { id } of this.order.slice(Math.max(0, place - NEAR), place + NEAR)) this.#fillOne(id);
    this.#fillSome();
  }

  // Those that nobody is at; the next ones when the browser has time again.
  #fillSome() {
    clearTimeout(this.timer);
    let n = 0;
    for (const id of this.waiting) {
      if (n === AT_A_TIME) {
        this.timer = setTimeout(() => this.#fillSome());
        return;
      }
      this.#fillOne(id);
      n += 1;
    }
  }

  #fillOne(id) {
    if (!this.waiting.delete(id)) return;
    const passage = this.passages.get(id);
    if (passage) this.#fill(this.rows.get(id), passage, this.found.get(id));
  }

  get toLookAt() {
    return this.order.filter((each) => needsALook(each, this.found.get(each.id) ?? []));
  }

  get outside() {
    return this.order.filter((each) => this.found.get(each.id)?.length).length;
  }

  // The next passage that somebody should look at, from the one they are at; round the end to the beginning.
  next(from, back = false) {
    const list = this.toLookAt.map(({ id }) => id);
    if (!list.length) return null;
    const at = this.order.findIndex(({ id }) => id === from);
    const places = list.map((id) => this.order.findIndex((each) => each.id === id));
    const n = back ? places.findLastIndex((place) => place < at) : places.findIndex((place) => place > at);
    return list[n < 0 ? (back ? list.length - 1 : 0) : n];
  }

  beside(id, step) {
    return this.order[this.order.findIndex((each) => each.id === id) + step] ?? null;
  }

  at(ms) {
    let found = null;
    for (const each of this.order) {
      if (each.start_ms > ms) break;
      if (!each.out && ms < each.end_ms) found = each;
    }
    return found;
  }

  // Only the list's own box scrolls.
  reveal(id) {
    const row = this.rows.get(id);
    if (!row) return;
    const [box, place] = [this.box.getBoundingClientRect(), row.getBoundingClientRect()];
    if (place.top < box.top + 8 || place.bottom > box.bottom - 8) {
      this.box.scrollTop += place.top - box.top - Math.max(8, (box.height - place.height) / 3);
    }
  }

  // Who else is here, by the passage they are at.
  mark(others) {
    const at = new Map(others.map((each) => [each.at, each]));
    for (const row of this.box.querySelectorAll(".passage--other")) if (!at.has(row.dataset.id)) this.#other(row, null);
    for (const [id, each] of at) if (this.rows.has(id)) this.#other(this.rows.get(id), each);
  }

  #other(row, other) {
    row.classList.toggle("passage--other", Boolean(other));
    row.querySelector(".passage__other").textContent = other
      ? filled(other.writing ? this.words.writes : this.words.here, { name: other.name }) : "";
  }

  #made(id) {
    const row = this.row.content.firstElementChild.cloneNode(true);
    row.dataset.id = id;
    this.rows.set(id, row);
    return row;
  }

  #fill(row, passage, found) {
    if (!this.parts.has(row)) this.parts.set(row, ["time", "who", "text", "marks"].map((name) => row.querySelector(`.passage__${name}`)));
    const [time, who, text, marks] = this.parts.get(row);
    time.textContent = clock(passage.start_ms);
    who.textContent = passage.speaker ?? "";
    text.textContent = passage.text;
    row.classList.toggle("passage--out", Boolean(passage.out));
    row.classList.toggle("passage--look", needsALook(passage, found));
    marks.replaceChildren(...this.#marks(passage, found));
  }

  #marks(passage, found) {
    const marks = found.map(({ rule, n, most }) => markOf("rule", filled(this.words.rules[rule], { n: String(n).replace(".", this.words.point), most })));
    const doubts = passage.checked ? [] : passage.doubts ?? [];
    for (const { kind, word, heard } of doubts) {
      const reason = kind === "left_out" ? this.words.reasons[word] ?? this.words.left_out : filled(this.words.doubts[kind] ?? word, { word, heard });
      marks.push(markOf(kind === "left_out" ? "out" : "doubt", reason));
    }
    if (passage.out && !doubts.some(({ kind }) => kind === "left_out")) marks.push(markOf("out", this.words.left_out));
    const name = this.by[passage.id];
    if (passage.hand && !passage.out) marks.push(markOf("hand", name ? filled(this.words.changed_by, { name }) : this.words.changed));
    else if (passage.checked && !passage.out) marks.push(markOf("checked", this.words.checked));
    return marks;
  }
}
