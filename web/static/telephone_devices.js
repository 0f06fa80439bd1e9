// Sound inputs and outputs come in as the browser lists them; which are offered for a telephone, which one is taken
// until somebody chooses, and what would go wrong with a choice go out. Nothing here touches the page.

const ALIASES = ["default", "communications"];  // names of Chromium for a device that is in the list as well

const ofKind = (devices, kind) => devices.filter((device) => device.kind === kind);

export const offered = (devices, kind) => {
  const all = ofKind(devices, kind);
  const real = all.filter((device) => !ALIASES.includes(device.deviceId));
  return real.length ? real : all;
};

// The device that everything uses which does not ask for another: the alias says which, or it comes first.
export const standard = (devices, kind) => {
  const alias = ofKind(devices, kind).find((device) => device.deviceId === "default");
  const all = offered(devices, kind);
  const named = alias && all.find((device) => device.groupId === alias.groupId && alias.label.endsWith(device.label));
  const grouped = alias && all.find((device) => device.groupId === alias.groupId);
  return (named ?? grouped ?? all[0])?.deviceId ?? "";
};

// What was chosen before, by its label; else one that is not the standard one, which people speak into themselves.
export const suggested = (devices, kind, label) => {
  const all = offered(devices, kind);
  const usual = standard(devices, kind);
  const other = all.find((device) => device.deviceId !== usual);
  return (all.find((device) => device.label === label && label) ?? other ?? all[0])?.deviceId ?? "";
};

// `own`: microphones that other pages of this browser have open; `canRoute`: sound can be sent to a chosen output.
export const warnings = ({ devices, input, output, own = [], canRoute = true }) => {
  const found = [];
  if (own.includes(input)) found.push("own-microphone");
  else if (input === standard(devices, "audioinput")) found.push("standard-input");
  if (!canRoute || !offered(devices, "audiooutput").length) found.push("fixed-output");
  else if (output === standard(devices, "audiooutput")) found.push("standard-output");
  return found;
};
