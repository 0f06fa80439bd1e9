// A strip under the picture: the outline of the sound, where the questions begin, a small picture of the moment below
// the pointer; a click goes there. It only adds to the player's own controls, so that keys and readers miss nothing.

const video = document.getElementById("player");
const strip = document.getElementById("seek");

const cueTime = (text) => text.trim().split(":").reduce((sum, part) => 60 * sum + Number(part), 0);

// WebVTT whose cues are "sheet.jpg#xywh=x,y,width,height".
const tilesOf = (text, address) => [...text.matchAll(/([\d:.]+) --> ([\d:.]+)\s+(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g)].map(
  ([, start, end, sheet, x, y, width, height]) => ({
    start: cueTime(start), end: cueTime(end), sheet: new URL(sheet, new URL(address, location.href)).href, x, y, width, height,
  }));

const clock = (seconds) => {
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return `${hours ? `${hours}:${two(seconds / 60 % 60)}` : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
};

const draw = (canvas, peaks, seconds) => {
  const scale = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.fillStyle = getComputedStyle(canvas).color;
  const loudest = Math.max(1, ...peaks.map(Math.abs));
  const columns = Math.floor(width / 3);
  for (let column = 0; column < columns && peaks.length; column += 1) {
    const from = Math.floor(column * peaks.length / columns / 2) * 2;
    const until = Math.max(from + 2, Math.floor((column + 1) * peaks.length / columns / 2) * 2);
    const high = Math.max(...peaks.slice(from, until).map(Math.abs)) / loudest;
    const tall = Math.max(1, 0.9 * height * high);
    pen.fillRect(column * 3, (height - tall) / 2, 2, tall);
  }
  for (const chapter of document.querySelectorAll(".chapter")) {
    const at = Number(chapter.dataset.start) / seconds * width;
    if (at > 1) pen.fillRect(at, 0, 1, height);
  }
};

const begin = async () => {
  const { seconds: length, storyboard, waveform } = strip.dataset;
  const seconds = Number(length);
  const fetched = (address) => address ? fetch(address).then((answer) => answer.ok ? answer : null, () => null) : null;
  const [pictures, sound] = await Promise.all([fetched(storyboard), fetched(waveform)]);
  const tiles = pictures ? tilesOf(await pictures.text(), storyboard) : [];
  const peaks = sound ? (await sound.json()).data : [];
  if (!(seconds > 0) || !tiles.length && !peaks.length) return;
  strip.hidden = false;

  const canvas = strip.querySelector("canvas");
  const redraw = () => draw(canvas, peaks, seconds);
  new ResizeObserver(redraw).observe(strip);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  const look = strip.querySelector(".seek__look");
  const picture = strip.querySelector(".seek__picture");
  const moment = ({ clientX }) => {
    const box = strip.getBoundingClientRect();
    return Math.min(Math.max((clientX - box.left) / box.width, 0), 1) * seconds;
  };
  strip.addEventListener("pointermove", (event) => {
    const at = moment(event);
    const tile = tiles.find((each) => at < each.end) ?? tiles.at(-1);
    picture.hidden = !tile;
    if (tile) {
      Object.assign(picture.style, {
        width: `${tile.width}px`, height: `${tile.height}px`,
        background: `url("${tile.sheet}") -${tile.x}px -${tile.y}px`,
      });
    }
    strip.querySelector(".seek__time").textContent = clock(at);
    look.hidden = false;
    const half = look.offsetWidth / 2;
    look.style.left = `${Math.min(Math.max(at / seconds * strip.clientWidth, half), strip.clientWidth - half)}px`;
  });
  strip.addEventListener("pointerleave", () => { look.hidden = true; });
  strip.addEventListener("click", (event) => { video.currentTime = moment(event); });
  video.addEventListener("timeupdate", () => {
    strip.querySelector(".seek__played").style.width = `${100 * video.currentTime / seconds}%`;
  });
};

if (strip) begin();
