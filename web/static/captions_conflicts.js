// What somebody wrote while another one was faster: their words stand above the list beside the newer ones, until they have
// chosen. They are kept in the browser, so that a reload loses none.

import { filled } from "./captions_list.js";
import { withText } from "./captions_model.js";

export class Conflicts {
  constructor({ box, card, words, key, passageOf, onMine }) {
    Object.assign(this, { box, card, words, key, passageOf, onMine });
    try {
      this.all = JSON.parse(localStorage.getItem(key)) ?? [];
    } catch {
      this.all = [];
    }
  }

  add(puts, by) {
    for (const { id, text } of puts) {
      this.all = [...this.all.filter((each) => each.id !== id), { id, text, by: by[id] ?? "" }];
    }
    if (puts.length) this.#keep();
  }

  show() {
    this.all = this.all.filter(({ id, text }) => this.passageOf(id)?.text !== text);
    const key = JSON.stringify(this.all.map((each) => [each, this.passageOf(each.id)?.text]));
    if (this.shown === key) return;
    this.shown = key;
    this.box.replaceChildren(...this.all.map((each) => this.#made(each)));
    this.box.hidden = !this.all.length;
  }

  #made(each) {
    const made = this.card.content.firstElementChild.cloneNode(true);
    const passage = this.passageOf(each.id);
    made.querySelector(".conflict__who").textContent = each.by ? filled(this.words.faster_by, { name: each.by }) : this.words.faster;
    made.querySelector(".conflict__theirs").textContent = passage?.text ?? this.words.not_there;
    made.querySelector(".conflict__mine").textContent = each.text;
    const [mine, theirs] = made.querySelectorAll("button");
    mine.hidden = !passage;
    mine.addEventListener("click", () => { this.#drop(each); this.onMine(withText(passage, each.text), each.id); });
    theirs.addEventListener("click", () => { this.#drop(each); this.show(); });
    return made;
  }

  #drop(gone) {
    this.all = this.all.filter((each) => each !== gone);
    this.#keep();
  }

  #keep() {
    try {
      if (this.all.length) localStorage.setItem(this.key, JSON.stringify(this.all));
      else localStorage.removeItem(this.key);
    } catch {
      // Storage is full or switched off: the page has them.
    }
  }
}
