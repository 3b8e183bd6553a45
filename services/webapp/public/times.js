// Shows how long ago things happened, in the reader's own words and time.

const ticks = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const steps = [
  [90, 1, 'second'],
  [5400, 60, 'minute'],
  [129600, 3600, 'hour'],
  [Infinity, 86400, 'day'],
];

const ago = (seconds) => {
  if (seconds < 5) return 'just now';
  const [, size, unit] = steps.find(([limit]) => seconds < limit);
  return ticks.format(-Math.round(seconds / size), unit);
};

/** Brings every time on the page up to date. */
export const showTimes = () => {
  const now = Date.now();
  for (const element of document.querySelectorAll('time[data-ago]')) {
    const text = ago(Math.max(0, Math.round((now - Date.parse(element.dateTime)) / 1000)));
    if (element.textContent !== text) element.textContent = text;
    if (element.dataset.shown === element.dateTime) continue;
    element.dataset.shown = element.dateTime;
    element.title = new Date(element.dateTime).toLocaleString(undefined, {
      dateStyle: 'medium',
      timeStyle: 'medium',
    });
  }
};

export const keepTimes = () => {
  showTimes();
  setInterval(showTimes, 5000);
};
