// The recording in the caption editor: HLS where the browser plays it, the MP4 otherwise; without captions of its own,
// since those that are being worked on are drawn over it.

import Hls from "/static/packages/hls.mjs";

export const attach = (video) => {
  if (!video.dataset.replay || !Hls.isSupported()) return;
  for (const source of video.querySelectorAll("source")) source.remove();
  const hls = new Hls({ workerPath: video.dataset.worker, enableWebVTT: false, renderTextTracksNatively: false });
  hls.on(Hls.Events.ERROR, (_event, { fatal, type }) => {
    if (fatal && type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
  });
  hls.loadSource(video.dataset.replay);
  hls.attachMedia(video);
};
