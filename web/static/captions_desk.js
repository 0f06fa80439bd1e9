// The desk of the caption editor: the fields of the passage somebody is at. What is typed becomes a change after a pause, or
// when the passage is left; until then it is nobody's but the field's, and what others do to the passage stands beside it.

import { neighbours, withSpeaker, withText } from "./captions_model.js";

const PAUSE_MS = 2500;  // Of typing, after which it is kept.
const two = (number) => String(number).padStart(2, "0");
const fine = (ms, point) => `${Math.floor(ms / 60000)}:${two(Math.floor(ms / 1000) % 60)}${point}${Math.floor(ms % 1000 / 100)}`;

export class Desk {
  constructor({ template, people, words, limits, onChange }) {
    Object.assign(this, { people, words, limits, onChange, base: null });
    this.box = template.content.firstElementChild.cloneNode(true);
    this.text = this.box.querySelector("textarea");
    this.speaker = this.box.querySelector('[name="speaker"]');
    this.text.addEventListener("input", () => {
      this.#fit();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.commit(), PAUSE_MS);
    });
    this.speaker.addEventListener("change", () => this.commit());
  }

  get clean() {
    return !this.base || this.text.value === this.base.text && this.speaker.value === (this.base.speaker ?? "");
  }

  open(passage, row, order) {
    clearTimeout(this.timer);
    this.base = passage ?? null;
    if (!passage) return this.box.remove();
    this.text.value = passage.text;
    this.speaker.value = passage.speaker ?? "";
    row.append(this.box);
    this.#show(passage, order);
  }

  // The passage as it is now: the fields follow, unless somebody is typing in them.
  follow(passage, order) {
    if (!passage || !this.base || passage.id !== this.base.id) return;
    const theirs = !this.clean && passage.seen !== this.base.seen && passage.text !== this.base.text;
    const note = this.box.querySelector(".bench__theirs");
    note.hidden = !theirs;
    note.textContent = theirs ? `${this.words.meanwhile} ${passage.text}` : "";
    if (theirs) return;
    const typing = !this.clean;
    if (!typing) {
      if (this.text.value !== passage.text) this.text.value = passage.text;
      this.speaker.value = passage.speaker ?? "";
    }
    this.base = passage;
    this.#show(passage, order);
  }

  // What was typed becomes a change over what was seen when it was begun: whoever was faster is not overwritten.
  commit() {
    clearTimeout(this.timer);
    const base = this.base;
    if (this.clean || this.committing) return;
    this.committing = true;
    const speaker = this.speaker.value;
    const text = withText(base, this.text.value);
    if (text) {
      this.base = { ...text.puts[0], seen: text.id };
      this.text.value = this.base.text;
      this.onChange(text);
    } else {
      this.text.value = base.text;
    }
    const who = this.base ? withSpeaker(this.base, speaker) : null;
    if (who) {
      this.base = { ...who.puts[0], seen: who.id };
      this.onChange(who);
    }
    this.speaker.value = this.base?.speaker ?? "";
    this.committing = false;
  }

  // Where to split: at the mark in the text, or nowhere in particular.
  cut() {
    const inside = document.activeElement === this.text;
    const place = this.text.selectionStart;
    const before = this.text.value;
    this.commit();
    const cut = inside && before === this.base?.text && place > 0 && place < before.length ? place : -1;
    return { cut, passage: this.base };
  }

  write() {
    this.text.focus({ preventScroll: true });
  }

  who() {
    this.speaker.focus({ preventScroll: true });
    this.speaker.select();
  }

  #show(passage, order) {
    const [, after] = neighbours(order, passage.id);
    this.box.querySelector('[data-field="start"]').textContent = fine(passage.start_ms, this.words.point);
    this.box.querySelector('[data-field="end"]').textContent = fine(passage.end_ms, this.words.point);
    this.box.querySelector('[data-act="join"]').disabled = !after || Boolean(passage.out);
    for (const button of this.box.querySelectorAll('[data-act="turn"]')) button.querySelector(".kern-label").textContent = passage.out ? this.words.take_in : this.words.leave_out;
    this.box.querySelector('[data-act="check"]').setAttribute("aria-pressed", String(Boolean(passage.checked)));
    const names = new Set([...order.map((each) => each.speaker).filter(Boolean), ...(this.people.dataset.names ? JSON.parse(this.people.dataset.names) : [])]);
    if (names.size !== this.people.children.length) {
      this.people.replaceChildren(...[...names].sort().map((name) => new Option(name, name)));
    }
    this.#fit();
  }

  #fit() {
    if (this.fitted === this.text.value) return;  // Measuring makes the browser lay out the whole list.
    this.fitted = this.text.value;
    const lines = this.text.value.split("\n");
    this.text.rows = Math.max(2, lines.length);
    while (this.text.scrollHeight > this.text.clientHeight + 2 && this.text.rows < 12) this.text.rows += 1;
    const longest = Math.max(...lines.map((line) => [...line].length));
    const count = this.box.querySelector(".bench__count");
    count.textContent = `${longest} / ${this.limits.line}`;
    count.toggleAttribute("data-many", longest > this.limits.line);
  }
}
