// What pages with a microphone share: see that a voice arrives, and say how camera and microphone did.

export const HEARD = 0.45;  // Share of the meter from which somebody speaks; noise of a room stays below.

// How loud the stream is, 0 to 1, about twelve times a second until `show` says that it has seen enough.
let context = null;
export const watchLevel = (stream, show) => {
  context ??= new AudioContext();
  context.resume();  // Safari begins suspended when the press was too long ago.
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const look = () => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
    const level = Math.max(0, Math.min(1, 1 + Math.log10(power + 1e-7) / 5));  // -50 dB is empty, full scale is full
    if (show(level) !== false) setTimeout(look, 80);
  };
  look();
};

// The site remembers for a person of an office hour whether both worked; best effort.
export const reportDevices = (csrf, { camera, microphone }) => {
  fetch("/device-check", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Csrf": csrf },
    body: JSON.stringify({ camera, microphone }),
  }).catch(() => {});
};

// Which microphones pages of this browser have open: whoever connects a telephone asks, so that nobody takes their own
// microphone for it. Nothing is kept, and nothing leaves the browser.
const OPEN_MICROPHONES = "microphones";

export const tellMicrophone = (deviceId) => {
  if (!("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel(OPEN_MICROPHONES);
  const tell = () => deviceId() && channel.postMessage({ open: deviceId() });
  channel.addEventListener("message", ({ data }) => data === "which?" && tell());
};

export const askMicrophones = (heard) => {
  if (!("BroadcastChannel" in window)) return () => {};
  const channel = new BroadcastChannel(OPEN_MICROPHONES);
  channel.addEventListener("message", ({ data }) => data.open && heard(data.open));
  return () => channel.postMessage("which?");
};
