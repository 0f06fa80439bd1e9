// One WebRTC connection with the studio, WHIP out or WHEP in, that comes back by itself until it is stopped.
// Every try takes a fresh ticket from the site. iceServers are always given: nobody else is ever asked.

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;
const SILENCE_MS = 2000;
const GATHERING_MS = 1000;
const LOOK_MS = 500;
const ANSWER_MS = 4000;  // Without a network a request waits for a minute, and the network may be back before that.
const MOBILE_BITRATE = 900_000;  // With sound and what packets weigh it stays below 1 Mbit/s.
const AUDIO_BITRATE = 48_000;
// What is sent until the studio has said what the tile needs.
const FIRST = { width: 960, height: 540, frame_rate: 30, bits_per_s: 1_400_000 };

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// As `pause`, but no longer than until the browser says that there is a network again.
const pauseForNetwork = (ms) => Promise.race([
  pause(ms), new Promise((resolve) => addEventListener("online", resolve, { once: true })),
]);

export class Refused extends Error {}

// The room has no place for one more picture now; `wait`: milliseconds until it may be asked again.
class Full extends Refused {
  constructor(wait) {
    super("the room is full");
    this.wait = wait;
  }
}

const FULL_FROM_S = 5;  // A room that is being opened says 1: that is no reason to tell anybody anything.

// One page of a person has their seat: the one on which somebody pressed last (`claim`). Every other one is told so
// (`moved`) and does not come back by itself. A page keeps its name when it is loaded anew.

class Moved extends Refused {}
const MOVED = 423;

const named = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const fresh = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    const before = sessionStorage.getItem("page");
    if (!before) sessionStorage.setItem("page", fresh);
    return before ?? fresh;
  } catch {
    return fresh;  // Storage is switched off: a page that is loaded anew is another one.
  }
};

let name = null;
export const seatHeld = (tell) => ({
  claim: false,
  presses: 0,  // An answer to a question from before the newest press says nothing about it.
  moved: false,
  tell,
  press() {
    Object.assign(this, { claim: true, moved: false, presses: this.presses + 1 });
  },
  get page() {  // Only whoever connects needs a name: pages that only show something keep nothing in the browser.
    return name ??= named();
  },
});

export const seat = seatHeld(() => document.dispatchEvent(new CustomEvent("moved")));  // the page's own person's

export const fetchTicket = async (audience, csrf, tickets = "/tickets", held = seat) => {
  const { presses } = held;
  const answer = await fetch(tickets, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-Csrf": csrf },
    body: JSON.stringify({ audience, page: held.page, claim: held.claim }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const asPressed = held.presses === presses;
  if (answer.status === MOVED && asPressed) throw new Moved("the seat is on another device");
  if (!answer.ok) throw new Refused(`no ticket: ${answer.status}`);
  if (audience !== "socket" && asPressed) held.claim = false;
  return (await answer.json()).ticket;
};

const isH264 = ({ mimeType }) => mimeType.toLowerCase() === "video/h264";

// Whether this browser shows a picture of the studio's, which is H.264 only. Firefox does by an add-on of Cisco's that
// comes some minutes after the first start, and may be switched off: then it gets the sound alone.
export const showsPicture = () => RTCRtpReceiver.getCapabilities?.("video")?.codecs.some(isH264) ?? true;

// H.264 first: the studio encodes nothing else, and need not know what a camera sends if it is the same.
export const preferH264 = (transceiver) => {
  const codecs = RTCRtpReceiver.getCapabilities?.("video")?.codecs;
  if (!codecs || !transceiver.setCodecPreferences) return;
  const first = codecs.filter(isH264);
  transceiver.setCodecPreferences([...first, ...codecs.filter((codec) => !first.includes(codec))]);
};

const mobile = () => navigator.userAgentData?.mobile ?? matchMedia("(pointer: coarse) and (hover: none)").matches;

// What a camera of this size sends into a tile: never larger than the tile, in the camera's own shape.
export const encodingFor = (camera, wanted, isMobile) => ({
  scaleResolutionDownBy: Math.max(1, (camera.width ?? 0) / wanted.width, (camera.height ?? 0) / wanted.height),
  maxFramerate: wanted.frame_rate,
  maxBitrate: isMobile ? Math.min(wanted.bits_per_s, MOBILE_BITRATE) : wanted.bits_per_s,
});

const apply = async (sender, wanted) => {
  const parameters = sender.getParameters();
  const differs = (encoding) => Object.entries(wanted).some(([name, value]) => encoding[name] !== value);
  if (!parameters.encodings?.some(differs)) return;
  for (const encoding of parameters.encodings) Object.assign(encoding, wanted);
  await sender.setParameters(parameters);
};

export const gathered = (peer) => new Promise((resolve) => {
  if (peer.iceGatheringState === "complete") return resolve();
  peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && resolve());
  setTimeout(resolve, GATHERING_MS);
});

// How many bytes have come by a connection. Firefox has no report on the transport, but one on each way it tried.
export const received = (reports) => {
  const bytes = { "transport": 0, "candidate-pair": 0 };
  for (const { type, bytesReceived } of reports) if (type in bytes) bytes[type] += bytesReceived ?? 0;
  return bytes["transport"] || bytes["candidate-pair"];
};

export class Connection {
  // `audience` is "whip", "screen" or "whep"; `stream` is what is sent, or takes what comes; `onState` hears
  // "idle", "connecting", "connected", "again", "full". `door`: an address that needs no ticket, for viewers;
  // `tickets`: where somebody who is no person of the office hour gets theirs; `held`: whose seat this is, if not the
  // page's own person's; `hears`: of what comes, only this.
  constructor({ audience, csrf, iceServers, stream, onState, door, tickets, held = seat, hears = ["video", "audio"] }) {
    Object.assign(this, { audience, csrf, iceServers, stream, onState, door, tickets, held, hears });
    this.running = false;
  }

  get sends() {
    return this.audience !== "whep";
  }

  start() {
    if (this.running || (this.held.moved && !this.door)) return;
    this.running = true;
    this.round = (this.round ?? 0) + 1;
    this.#keep(this.round);
  }

  stop() {
    this.running = false;
    this.#hangUp();
    this.onState("idle");
  }

  // What comes from the studio is another thing from now on: connect anew at once.
  restart() {
    if (!this.running) return;
    this.round += 1;
    this.#hangUp();
    this.#keep(this.round);
  }

  async replaceTrack(kind, track) {
    await this.peer?.getSenders().find((sender) => sender.track?.kind === kind)?.replaceTrack(track);
  }

  async #keep(round) {
    let wait = FIRST_PAUSE_MS;
    let state = "connecting";
    while (this.running && this.round === round) {
      this.onState(state);
      let full = false;
      try {
        await this.#connect(round);
        this.onState("connected");
        wait = FIRST_PAUSE_MS;
        await this.#lost();
      } catch (error) {
        console.info(`${this.audience}: ${error.message}`);
        if (error instanceof Moved && this.running) {
          this.stop();
          Object.assign(this.held, { claim: false, moved: true });
          this.held.tell();
          return;
        }
        full = error instanceof Full;
        if (full) wait = error.wait;
      }
      if (this.round !== round) return;  // Another round has taken over, and the line is its own.
      this.#hangUp();
      state = full ? "full" : "again";
      if (!this.running) return;
      this.onState(state);
      await pauseForNetwork(wait * (0.75 + 0.5 * Math.random()));
      wait = Math.min(2 * wait, LONGEST_PAUSE_MS);
    }
  }

  async #connect(round) {
    const headers = { "Content-Type": "application/sdp" };
    if (!this.door) headers.Authorization = `Bearer ${await fetchTicket(this.audience, this.csrf, this.tickets, this.held)}`;
    if (this.round !== round) throw new Refused("another round has taken over");
    const peer = this.peer = new RTCPeerConnection({ iceServers: this.iceServers, bundlePolicy: "max-bundle" });
    if (this.sends) this.#offerTracks(peer);
    else this.#askForTracks(peer);
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    const answer = await fetch(this.door ?? `/live/${this.audience}`, {
      method: "POST",
      headers,
      body: peer.localDescription.sdp,
      signal: AbortSignal.timeout(2 * ANSWER_MS),  // A room that is being started is waited for.
    });
    const later = Number(answer.headers.get("Retry-After"));
    if (answer.status === 503 && later >= FULL_FROM_S) throw new Full(later * 1000);
    if (answer.status !== 201) throw new Refused(`the studio said ${answer.status}`);
    if (this.peer !== peer) throw new Refused("hung up while it was answered");
    this.resource = answer.headers.get("Location");
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    if (this.sends) await this.#fitAll(peer);
    await this.#opened(peer);
  }

  #offerTracks(peer) {
    for (const track of this.stream.getTracks()) {
      const transceiver = peer.addTransceiver(track, { direction: "sendonly", streams: [this.stream] });
      if (track.kind === "video") preferH264(transceiver);
    }
  }

  #askForTracks(peer) {
    for (const kind of this.hears) {
      if (kind === "audio") peer.addTransceiver(kind, { direction: "recvonly" });
      else if (showsPicture()) preferH264(peer.addTransceiver(kind, { direction: "recvonly" }));
    }
    peer.addEventListener("track", ({ track }) => {
      for (const old of this.stream.getTracks()) if (old.kind === track.kind) this.stream.removeTrack(old);
      this.stream.addTrack(track);
    });
  }

  // The studio says what the tile needs: {width, height, frame_rate, bits_per_s}. A camera may turn in the meantime.
  async fit(wanted) {
    this.wanted = wanted;
    if (this.peer?.connectionState === "connected") await this.#fitAll(this.peer);
  }

  async #fitAll(peer) {
    for (const sender of peer.getSenders()) {
      const { track } = sender;
      const encoding = track?.kind === "video"
        ? encodingFor(track.getSettings(), this.wanted ?? FIRST, mobile())
        : { maxBitrate: AUDIO_BITRATE };
      if (track) await apply(sender, encoding).catch((error) => console.info(`${this.audience}: ${error.message}`));
    }
  }

  #opened(peer) {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (peer.connectionState === "connected") resolve();
        if (["failed", "closed"].includes(peer.connectionState)) reject(new Error("no way to the studio was found"));
      };
      peer.addEventListener("connectionstatechange", look);
      setTimeout(() => reject(new Error("no way to the studio was found in time")), 10_000);
      look();
    });
  }

  // Resolves when nothing has come from the studio for two seconds: media, or the reports on what we send.
  async #lost() {
    const peer = this.peer;
    let bytes = -1;
    let heard = performance.now();
    while (this.running && this.peer === peer && !["failed", "closed"].includes(peer.connectionState)) {
      await pause(LOOK_MS);
      const now = received((await peer.getStats()).values());
      if (now !== bytes) [bytes, heard] = [now, performance.now()];
      if (performance.now() - heard > SILENCE_MS) return;
    }
  }

  // Nothing is sent from this moment on. The studio is told before the line is closed: it would hear of the closing
  // first, and the resource would not be there any more.
  #hangUp() {
    const { peer, resource } = this;
    this.peer = this.resource = null;
    if (!peer) return;
    if (!resource || peer.connectionState !== "connected") return peer.close();
    for (const sender of peer.getSenders()) sender.replaceTrack(null).catch(() => {});
    fetch(resource, { method: "DELETE", keepalive: true, signal: AbortSignal.timeout(SILENCE_MS) })
      .catch(() => {})
      .finally(() => peer.close());
  }
}

// The studio's own word on the room, twice a second; comes back by itself like the connections.
export class Socket {
  constructor({ csrf, onState, tickets, held = seat }) {
    Object.assign(this, { csrf, onState, tickets, held, running: false });
  }

  start() {
    if (this.running) return;
    this.running = true;
    this.#keep();
  }

  stop() {
    this.running = false;
    this.socket?.close();
  }

  async #keep() {
    let wait = FIRST_PAUSE_MS;
    while (this.running) {
      try {
        const ticket = await fetchTicket("socket", this.csrf, this.tickets, this.held);
        await this.#hear(ticket, () => { wait = FIRST_PAUSE_MS; });
      } catch (error) {
        console.info(`socket: ${error.message}`);
      }
      if (!this.running) return;
      await pauseForNetwork(wait);
      wait = Math.min(2 * wait, LONGEST_PAUSE_MS);
    }
  }

  #hear(ticket, opened) {
    return new Promise((resolve) => {
      const address = `${location.origin.replace(/^http/, "ws")}/live/socket?ticket=${encodeURIComponent(ticket)}`;
      const socket = this.socket = new WebSocket(address);
      let heard = performance.now();
      const beat = setInterval(() => {
        if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"here"}');
        if (performance.now() - heard > 3 * SILENCE_MS) socket.close();
      }, SILENCE_MS);
      socket.addEventListener("open", opened);
      socket.addEventListener("message", ({ data }) => {
        heard = performance.now();
        this.onState(JSON.parse(data));
      });
      socket.addEventListener("close", () => {
        clearInterval(beat);
        resolve();
      });
    });
  }
}
