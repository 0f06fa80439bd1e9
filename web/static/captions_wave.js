// Some seconds of sound around the moment that plays, with the passages over it: where a voice begins and where its words do
// is seen at once. A press goes there; the edges of the passage somebody is at can be drawn with a pointer. Everything
// can be done with keys and fields as well, so readers miss nothing here.

const AROUND_S = 6;
const EDGE_PX = 8;

export class Wave {
  constructor({ canvas, video, onSeek, onDrawn }) {
    Object.assign(this, { canvas, video, onSeek, onDrawn, peaks: null, order: [], current: null });
    this.pen = canvas.getContext("2d");
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    for (const name of ["seeked", "timeupdate", "pause"]) video.addEventListener(name, () => this.draw());
    video.addEventListener("play", () => this.#run());
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#lift(event));
  }

  async load(...addresses) {
    for (const address of addresses.filter(Boolean)) {
      const answer = await fetch(address).catch(() => null);
      if (!answer?.ok) continue;
      const { data, sample_rate: rate, samples_per_pixel: each } = await answer.json();
      this.peaks = { data, each_s: each / rate };
      break;
    }
    this.draw();
  }

  show(order, current) {
    Object.assign(this, { order, current });
    this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw(); });
  }

  #run() {
    this.draw();
    if (!this.video.paused) requestAnimationFrame(() => this.#run());
  }

  get #from() {
    return this.video.currentTime - AROUND_S;
  }

  #x(seconds) {
    return (seconds - this.#from) / (2 * AROUND_S) * this.canvas.clientWidth;
  }

  #moment({ clientX }) {
    const box = this.canvas.getBoundingClientRect();
    return this.#from + (clientX - box.left) / box.width * 2 * AROUND_S;
  }

  draw() {
    const { canvas, pen } = this;
    const [width, height, scale] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio || 1];
    if (!width) return;
    if (canvas.width !== Math.round(width * scale)) [canvas.width, canvas.height] = [width * scale, height * scale].map(Math.round);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas);
    const [sound, accent, line] = ["--wave-sound", "--wave-accent", "--wave-line"].map((name) => style.getPropertyValue(name));
    this.#drawPassages(height, accent, line);
    pen.fillStyle = sound;
    if (this.peaks) this.#drawSound(width, height);
    pen.fillStyle = accent;
    pen.fillRect(width / 2 - 1, 0, 2, height);
  }

  #drawPassages(height, accent, line) {
    const [from, until] = [1000 * this.#from, 1000 * (this.#from + 2 * AROUND_S)];
    for (const each of this.order) {
      if (each.start_ms > until) break;
      if (each.end_ms < from || each.out) continue;
      const mine = each.id === this.current;
      const { start_ms: start, end_ms: end } = mine && this.drawn ? this.drawn : each;
      const [left, right] = [this.#x(start / 1000), this.#x(end / 1000)];
      this.pen.globalAlpha = mine ? 0.22 : 0.1;
      this.pen.fillStyle = accent;
      this.pen.fillRect(left, 0, right - left, height);
      this.pen.globalAlpha = 1;
      this.pen.fillStyle = mine ? accent : line;
      for (const x of [left, right]) this.pen.fillRect(x - (mine ? 1.5 : 0.5), 0, mine ? 3 : 1, height);
    }
  }

  #drawSound(width, height) {
    const { data, each_s: each } = this.peaks;
    this.loudest ??= Math.max(1, data.reduce((most, value) => Math.max(most, Math.abs(value)), 1));
    for (let x = 0; x < width; x += 3) {
      const first = Math.floor((this.#from + x / width * 2 * AROUND_S) / each);
      const after = Math.max(first + 1, Math.floor((this.#from + (x + 3) / width * 2 * AROUND_S) / each));
      let high = 0;
      for (let n = first; n < after; n += 1) high = Math.max(high, Math.abs(data[2 * n] ?? 0), Math.abs(data[2 * n + 1] ?? 0));
      const tall = Math.max(1, 0.85 * height * high / this.loudest);
      this.pen.fillRect(x, (height - tall) / 2, 2, tall);
    }
  }

  get #passage() {
    return this.order.find(({ id }) => id === this.current);
  }

  #edgeAt({ clientX }) {
    const passage = this.#passage;
    if (!passage || passage.out) return null;
    const x = clientX - this.canvas.getBoundingClientRect().left;
    return ["start_ms", "end_ms"].find((edge) => Math.abs(this.#x(passage[edge] / 1000) - x) < EDGE_PX) ?? null;
  }

  #press(event) {
    this.edge = this.#edgeAt(event);
    if (!this.edge) return this.onSeek(Math.max(0, this.#moment(event)));
    this.video.pause();
    this.canvas.setPointerCapture(event.pointerId);
    const { start_ms, end_ms } = this.#passage;
    this.drawn = { start_ms, end_ms };
  }

  #move(event) {
    if (!this.drawn) {
      this.canvas.style.cursor = this.#edgeAt(event) ? "ew-resize" : "pointer";
      return;
    }
    this.drawn[this.edge] = Math.max(0, Math.round(1000 * this.#moment(event)));
    this.draw();
  }

  #lift() {
    if (!this.drawn) return;
    const { start_ms: start, end_ms: end } = this.drawn;
    this.drawn = null;
    this.onDrawn(start, end);
    this.draw();
  }
}
