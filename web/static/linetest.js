// The line to the studio is tried: sound and a picture of noise go there and come back, for some seconds, and are counted.
// Noise, because a still camera sends so little that every line would look good. Nothing of it is kept.

import { gathered, preferH264 } from "./connection.js";

const OPENS_MS = 10_000;
const WARM_S = 3;  // Until then the browser is still finding out how much it may send.
const MEASURED_S = 5;
const BITS_PER_S = 1_000_000;
const SOCKET_MS = 4000;
const PICTURE = { width: 640, height: 360, rate: 15, coarse: 4 };

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Busy extends Error {}

// A picture that no encoder can make small; `stop` ends it.
const noise = () => {
  const canvas = document.createElement("canvas");
  const grain = document.createElement("canvas");
  [canvas.width, canvas.height] = [PICTURE.width, PICTURE.height];
  [grain.width, grain.height] = [PICTURE.width / PICTURE.coarse, PICTURE.height / PICTURE.coarse];
  const [drawn, fine] = [canvas.getContext("2d"), grain.getContext("2d")];
  const pixels = fine.createImageData(grain.width, grain.height);
  const values = new Uint32Array(pixels.data.buffer);
  let seed = 1;
  const draw = () => {
    for (let index = 0; index < values.length; index += 1) {
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      values[index] = seed | 0xff000000;
    }
    fine.putImageData(pixels, 0, 0);
    drawn.drawImage(grain, 0, 0, canvas.width, canvas.height);
  };
  draw();
  const timer = setInterval(draw, 1000 / PICTURE.rate);
  const [track] = canvas.captureStream(PICTURE.rate).getVideoTracks();
  return { track, stop: () => { clearInterval(timer); track.stop(); } };
};

// Sound of its own for who has no microphone: silence is sent as well.
const silence = () => {
  const context = new AudioContext();
  const [track] = context.createMediaStreamDestination().stream.getAudioTracks();
  return { track, stop: () => { track.stop(); context.close(); } };
};

const counted = async (peer) => {
  const sum = {
    at: performance.now(), sent: 0, sentBytes: 0, sentLost: 0, back: 0, backBytes: 0, backLost: 0, delay: 0,
  };
  for (const report of (await peer.getStats()).values()) {
    if (report.type === "outbound-rtp") {
      sum.sent += report.packetsSent ?? 0;
      sum.sentBytes += report.bytesSent ?? 0;
    } else if (report.type === "inbound-rtp") {
      sum.back += report.packetsReceived ?? 0;
      sum.backBytes += report.bytesReceived ?? 0;
      sum.backLost += report.packetsLost ?? 0;
    } else if (report.type === "candidate-pair" && report.nominated) {
      sum.delay = Math.max(sum.delay, report.currentRoundTripTime ?? 0);
    } else if (report.type === "remote-inbound-rtp") {
      sum.delay = Math.max(sum.delay, report.roundTripTime ?? 0);
      sum.sentLost += report.packetsLost ?? 0;
    }
  }
  return sum;
};

const opened = (peer) => new Promise((resolve) => {
  const look = () => {
    if (peer.connectionState === "connected") resolve(true);
    if (["failed", "closed"].includes(peer.connectionState)) resolve(false);
  };
  peer.addEventListener("connectionstatechange", look);
  setTimeout(() => resolve(false), OPENS_MS);
  look();
});

const limit = async (peer) => {
  for (const sender of peer.getSenders()) {
    const parameters = sender.getParameters();
    if (sender.track?.kind !== "video" || !parameters.encodings?.length) continue;
    parameters.encodings[0].maxBitrate = BITS_PER_S;
    await sender.setParameters(parameters).catch(() => {});
  }
};

const connect = async (peer, signal) => {
  await peer.setLocalDescription(await peer.createOffer());
  await gathered(peer);
  const answer = await fetch("/live/test", {
    method: "POST", headers: { "Content-Type": "application/sdp" }, body: peer.localDescription.sdp, signal,
  });
  if ([429, 503].includes(answer.status)) throw new Busy();
  if (answer.status !== 201) throw new Error(`the studio said ${answer.status}`);
  await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  await limit(peer);
  return answer.headers.get("Location");
};

// What came of it: {connected, sent_kbps, back_kbps, lost, delay_ms}. `voice`: the microphone's track, if there is one.
// `onProgress` hears 0 to 1. Throws Busy when the studio has no place for one more test.
export const testLine = async ({ iceServers, voice, onProgress }) => {
  const peer = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
  const [picture, quiet] = [noise(), voice ? null : silence()];
  let resource = null;
  try {
    peer.addTransceiver(voice ?? quiet.track, { direction: "sendrecv" });
    preferH264(peer.addTransceiver(picture.track, { direction: "sendrecv" }));
    resource = await connect(peer, AbortSignal.timeout(OPENS_MS));
    if (!await opened(peer)) return { connected: false };
    return await measured(peer, onProgress);
  } finally {
    if (resource) fetch(resource, { method: "DELETE", keepalive: true }).catch(() => {});
    peer.close();
    picture.stop();
    quiet?.stop();
  }
};

const measured = async (peer, onProgress) => {
  const whole = WARM_S + MEASURED_S;
  let before = null;
  for (let second = 1; second <= whole; second += 0.5) {
    if (second > WARM_S) before ??= await counted(peer);
    onProgress(second / whole);
    await pause(500);
  }
  const after = await counted(peer);
  const seconds = (after.at - before.at) / 1000;
  const grown = (name) => after[name] - before[name];
  const kbps = (bytes) => Math.round(8 * bytes / seconds / 1000);
  return {
    connected: after.back > 0,
    sent_kbps: kbps(grown("sentBytes")),
    back_kbps: kbps(grown("backBytes")),
    lost: Math.max(share(grown("sentLost"), grown("sent")), share(grown("backLost"), grown("backLost") + grown("back"))),
    delay_ms: Math.round(1000 * after.delay),
  };
};

// On the worse way; what is still on its way is not lost.
const share = (lost, all) => (all > 0 ? Math.min(1, Math.max(0, lost / all)) : 0);

// Whether the line for signals is open: a word there and back.
export const testSocket = () => new Promise((resolve) => {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live/test-socket`);
  const done = (well) => { resolve(well); socket.close(); };
  socket.addEventListener("open", () => socket.send("hello"));
  socket.addEventListener("message", () => done(true));
  socket.addEventListener("error", () => done(false));
  setTimeout(() => done(false), SOCKET_MS);
});
