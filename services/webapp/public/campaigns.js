// The campaigns page: draws its charts, refreshes the whole page now and then, and lets its buttons work without a new one.
import uPlot from '/assets/charts/uPlot.esm.js';
import { load, reload } from './page.js';

/** Lines are drawn again at most this often, however fast events come. */
const DRAW_MILLISECONDS = 250;

const LINES = 8;
/** Of the drawing; the legend comes below it. */
const HEIGHT = 230;

/** Either side of a single step, for which the library's axis shows years. */
const AROUND_SECONDS = 300;

/** Times as in the tables and files, and as days are cut: UTC. */
const inUtc = new Intl.DateTimeFormat('en-US', {
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZone: 'UTC',
  timeZoneName: 'short',
});

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const WRITE = {
  money: (value) => value.toLocaleString('en-US', { style: 'currency', currency: 'USD' }),
  percent: (value) => `${value.toLocaleString('en-US', { maximumFractionDigits: 2 })}%`,
  count: (value) => value.toLocaleString('en-US'),
};

/** Values beside an axis, where there is little room: `$400`, `$0.50`, `$12.5K`. */
const writeTick = (unit, value) =>
  unit === 'percent'
    ? WRITE.percent(value)
    : value.toLocaleString('en-US', {
        ...(unit === 'money' ? { style: 'currency', currency: 'USD' } : {}),
        notation: value >= 10_000 ? 'compact' : 'standard',
        minimumFractionDigits: Number.isInteger(value) || value >= 10_000 ? 0 : 2,
        maximumFractionDigits: 2,
      });

/** A value with none on either side has no line, only its point. */
const alonePoints = (plot, line) => {
  const values = plot.data[line];
  const isThere = (step) => (values[step] ?? null) !== null;
  return values.flatMap((_, step) =>
    isThere(step) && !isThere(step - 1) && !isThere(step + 1) ? [step] : [],
  );
};

/** When a step begins, and whether more of it is to come: a minute that has just begun is no fall. */
const momentOf = ({ data: [times] }, time) => {
  if (time === null || time === undefined) return '–';
  const isUnderWay = times.length > 1 && time + times[1] - times[0] > Date.now() / 1000;
  return `${inUtc.format(time * 1000)}${isUnderWay ? ', so far' : ''}`;
};

const optionsOf = (host, { unit }, names) => {
  const axis = {
    stroke: colour('text-soft'),
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  const write = (value) => (value === null || value === undefined ? '–' : WRITE[unit](value));
  return {
    width: host.clientWidth,
    height: HEIGHT,
    tzDate: (time) => uPlot.tzDate(new Date(time * 1000), 'Etc/UTC'),
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'campaigns', setSeries: false } },
    focus: { alpha: 0.25 },
    hooks: { setCursor: [showNewest] },
    scales: {
      x: {
        range: ({ data: [times] }, first, last) =>
          times.length === 1 ? [first - AROUND_SECONDS, first + AROUND_SECONDS] : [first, last],
      },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
    },
    axes: [axis, { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => writeTick(unit, tick)) }],
    series: [
      { label: 'From', value: momentOf },
      ...names.map((label, line) => ({
        label,
        stroke: colour(`line-${(line % LINES) + 1}`),
        width: 2,
        points: { show: true, size: 6, filter: alonePoints },
        value: (_, value) => write(value),
      })),
    ],
  };
};

/** What the lines came to last, unless somebody points at another moment. After the library has drawn, which empties it. */
const showNewest = (plot) =>
  requestAnimationFrame(() => {
    if ((plot.cursor.idx ?? null) === null) plot.setLegend({ idx: plot.data[0].length - 1 });
  });

/** The charts that are drawn, by their place. */
const plots = new Map();

const drawInto = (host, data) => {
  const { names, lines } = data[host.dataset.chart];
  const shape = JSON.stringify([data.unit, names]);
  const known = plots.get(host);
  const columns = [data.times, ...lines];
  if (known?.shape === shape) {
    known.plot.setData(columns);
    showNewest(known.plot);
    return;
  }
  known?.plot.destroy();
  host.replaceChildren();
  const plot = new uPlot(optionsOf(host, data, names), columns, host);
  plots.set(host, { shape, plot });
  showNewest(plot);
};

let drawn = null;

const draw = () => {
  const text = document.getElementById('campaign-charts')?.dataset.charts;
  if (text === undefined || text === drawn) return;
  drawn = text;
  const data = JSON.parse(text);
  for (const host of document.querySelectorAll('[data-chart]')) {
    if (host.clientWidth > 0) drawInto(host, data);
    else drawn = null;
    host.dataset.drawn = String(data.times.length);
  }
};

const drawAnew = () => {
  for (const { plot } of plots.values()) plot.destroy();
  plots.clear();
  drawn = null;
  draw();
};

let waiting;
const drawSoon = () => {
  if (waiting !== undefined) return;
  waiting = setTimeout(() => {
    waiting = undefined;
    if (!document.hidden) draw();
  }, DRAW_MILLISECONDS);
};

/** The whole page again after the seconds that somebody chose, counted from the last time. */
let timer;
const refreshLater = () => {
  clearTimeout(timer);
  const seconds = Number(document.getElementById('controls')?.dataset.refresh);
  if (seconds > 0) timer = setTimeout(refresh, seconds * 1000);
};
const refresh = async () => {
  if (!document.hidden) await reload();
  refreshLater();
};

document.addEventListener('click', async (event) => {
  const link = event.target.closest('[data-load]');
  if (link === null || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const url = new URL(link.href);
  // From this moment on, not from when the page was made.
  if (link.dataset.load === 'clear') url.searchParams.set('since', String(Date.now()));
  link.setAttribute('aria-busy', 'true');
  await load(url.href, link.dataset.load === 'refresh' ? 'stay' : 'push');
  link.removeAttribute('aria-busy');
});

document.addEventListener('page-loaded', () => {
  draw();
  refreshLater();
});
new MutationObserver(drawSoon).observe(document.getElementById('content'), {
  subtree: true,
  attributeFilter: ['data-charts', 'hidden'],
});
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    plots.get(target)?.plot.setSize({ width: target.clientWidth, height: HEIGHT });
  }
});
for (const host of document.querySelectorAll('[data-chart]')) resized.observe(host);
document.addEventListener('visibilitychange', drawSoon);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAnew);
draw();
refreshLater();
