// The way between the caption editor and the site: changes wait here until they are kept there, in this tab's memory and
// in the browser's, so that neither a dead line nor a closed laptop loses one. Each has a name, so it may be sent again.

const [BEAT_MS, SOON_MS, AT_ONCE, ANSWER_MS] = [4000, 300, 100, 20000];
const PAUSES_MS = [500, 1000, 2000, 4000, 8000];

// What this browser still has to send, also from tabs that were closed; sent twice it is kept once.
const adopted = (start) => {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(start));
    const found = keys.flatMap((key) => JSON.parse(localStorage.getItem(key)));
    for (const key of keys) localStorage.removeItem(key);
    return found;
  } catch {
    return [];  // Storage is switched off: then the tab's memory has to do.
  }
};

const store = (key, values) => {
  try {
    if (values.length) localStorage.setItem(key, JSON.stringify(values));
    else localStorage.removeItem(key);
  } catch {
    // Full, or switched off.
  }
};

export class Line {
  // `address`: of the text; `page`: the name of this page; `onAnswer` hears what others and we have done, `onRefused`
  // which of our changes came too late, `onState` "kept", "sending", "waiting", "signed-out".
  constructor({ address, officeHour, page, csrf, onAnswer, onRefused, onOthers, onState }) {
    Object.assign(this, { address, page, csrf, onAnswer, onRefused, onOthers, onState });
    this.key = `captions ${address} ${page}`;
    this.pending = adopted(`captions ${address} `);
    store(this.key, this.pending);
    this.newest = -1;
    this.tries = 0;
    this.place = { at: "", writing: false };
    this.source = new EventSource(`/events?office_hour=${encodeURIComponent(officeHour)}`);
    this.source.addEventListener("message", ({ data }) => JSON.parse(data).topics.includes("captions") && this.look());
    addEventListener("online", () => { this.tries = 0; this.flush(); this.beat(); });
    addEventListener("pagehide", () => this.#ask("PATCH", new URLSearchParams({ page, gone: "yes" }), { keepalive: true }).catch(() => {}));
    setInterval(() => this.beat(), BEAT_MS);
  }

  async begin() {
    for (;;) {
      try {
        this.#hear(await this.#ask("GET", new URLSearchParams()));
        break;
      } catch (error) {
        if (error.status === 404) throw error;
        this.onState("waiting", this.pending.length);
        await new Promise((resolve) => setTimeout(resolve, this.#pause()));
      }
    }
    this.tries = 0;
    this.flush();
    this.beat();
  }

  push(change) {
    this.pending.push(change);
    store(this.key, this.pending);
    this.flush();
  }

  async flush() {
    clearTimeout(this.timer);
    if (this.busy || this.newest < 0) return;
    if (!this.pending.length) return this.onState("kept", 0);
    this.busy = true;
    this.onState("sending", this.pending.length);
    const changes = this.pending.slice(0, AT_ONCE);
    try {
      const body = JSON.stringify({ changes, since: this.newest });
      const answer = await this.#ask("POST", null, { body, headers: { "Content-Type": "application/json" } });
      const sent = new Set(changes.map(({ id }) => id));
      this.pending = this.pending.filter(({ id }) => !sent.has(id));
      store(this.key, this.pending);
      this.tries = 0;
      this.#hear(answer);
      const refused = changes.filter(({ id }) => id in answer.refused);
      if (refused.length) this.onRefused(refused, answer.refused);
      this.onState(this.pending.length ? "sending" : "kept", this.pending.length);
    } catch (error) {
      this.onState(error.status === 401 ? "signed-out" : "waiting", this.pending.length);
      if (error.status === 403) await this.#freshToken().catch(() => {});
      this.timer = setTimeout(() => this.flush(), this.#pause());
    } finally {
      this.busy = false;
    }
    if (this.pending.length && !this.tries) this.flush();
  }

  async look() {
    if (this.newest < 0) return;
    try {
      this.#hear(await this.#ask("GET", new URLSearchParams({ since: this.newest })));
    } catch {
      // The next beat looks again.
    }
  }

  // Where somebody is: told soon, and each few seconds.
  moved(place) {
    this.place = place;
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.beat(), SOON_MS);
  }

  async beat() {
    if (this.newest < 0) return;
    const place = { page: this.page, at: this.place.at, since: this.newest };
    if (this.place.writing) place.writing = "yes";
    try {
      const answer = await this.#ask("PATCH", new URLSearchParams(place));
      this.#hear(answer);
      this.onOthers(answer.others);
      if (this.pending.length && !this.busy) this.flush();
    } catch (error) {
      if (error.status === 403) this.#freshToken().catch(() => {});
    }
  }

  // An answer that was overtaken by a newer one says nothing new.
  #hear(answer) {
    if (answer.newest < this.newest) return;
    this.newest = answer.newest;
    this.onAnswer(answer);
  }

  #pause() {
    this.tries += 1;
    return PAUSES_MS[Math.min(this.tries, PAUSES_MS.length) - 1];
  }

  async #ask(method, query, options = {}) {
    const headers = { Accept: "application/json", "X-CSRF": this.csrf, ...options.headers };
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(query ? `${this.address}?${query}` : this.address, { method, signal, ...options, headers });
    if (!answer.ok || answer.redirected) throw Object.assign(new Error(`the site said ${answer.status}`), { status: answer.redirected ? 401 : answer.status });
    return answer.status === 204 ? null : answer.json();
  }

  // Who signed in anew in another window has another token.
  async #freshToken() {
    const answer = await fetch(location.href);
    const found = answer.redirected ? null : /name="csrf" value="([0-9a-f]+)"/.exec(await answer.text());
    if (found) [, this.csrf] = found;
    else this.onState("signed-out", this.pending.length);
  }
}
