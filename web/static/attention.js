// What lasts is counted: seconds since a moment, and what is asked only when something has lasted for long enough.

const seconds = (moment) => Math.max(0, Math.floor((Date.now() - new Date(moment)) / 1000));

const count = () => {
  for (const field of document.querySelectorAll("[data-counted]")) field.textContent = seconds(field.dataset.counted);
  for (const part of document.querySelectorAll("[data-after]")) {
    if (seconds(part.dataset.after) >= Number(part.dataset.afterS)) part.hidden = false;
  }
};
count();
document.addEventListener("part", count);
setInterval(count, 1000);
