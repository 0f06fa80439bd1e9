// Find and replace in the caption editor: everywhere is one change, and is taken back as one.

import { filled } from "./captions_list.js";
import { pattern, replacedAll } from "./captions_model.js";

export class Finder {
  constructor({ form, list, words, onShow, onChange, say }) {
    Object.assign(this, { form, list, words, onShow, onChange, say, at: -1 });
    const { find } = form.elements;
    form.addEventListener("input", () => this.#count());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.submitter?.value === "all") this.#all();
      else if (event.submitter?.value === "one") this.#one();
      else this.#next();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      if (event.key === "Enter" && event.target === find) {
        event.preventDefault();
        this.#next();
      }
    });
  }

  open() {
    this.form.hidden = false;
    this.form.elements.find.focus();
    this.form.elements.find.select();
    this.#count();
  }

  close() {
    this.form.hidden = true;
  }

  get #pattern() {
    const { find, exact, whole } = this.form.elements;
    return pattern(find.value, { exact: exact.checked, whole: whole.checked });
  }

  get #hits() {
    const looked = this.#pattern;
    return looked ? this.list.order.filter((each) => !each.out && each.text.search(looked) >= 0) : [];
  }

  #count() {
    const hits = this.#hits;
    const ids = new Set(hits.map(({ id }) => id));
    for (const [id, row] of this.list.rows) row.toggleAttribute("data-hit", ids.has(id));
    const { find } = this.form.elements;
    this.form.querySelector(".find__hits").textContent = find.value.trim() ? filled(this.words.hits, { n: hits.length }) : "";
    return hits;
  }

  #next() {
    const hits = this.#count();
    if (!hits.length) return;
    const place = hits.findIndex(({ id }) => id === this.shown);
    this.shown = hits[(place + 1) % hits.length].id;
    this.onShow(this.shown);
  }

  #one() {
    const hit = this.#hits.find(({ id }) => id === this.shown);
    if (hit) this.onChange(replacedAll([hit], this.#pattern, this.form.elements.instead.value));
    this.#next();
  }

  #all() {
    const hits = this.#hits;
    if (!hits.length) return this.#count();
    this.onChange(replacedAll(hits, this.#pattern, this.form.elements.instead.value));
    this.#count();
    this.say(filled(this.words.replaced, { n: hits.length }));
  }
}
