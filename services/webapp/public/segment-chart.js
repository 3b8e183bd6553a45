// Draws how large a segment has been, and goes on drawing while that changes.

/** Shortest time between two questions for the course. */
const PAUSE_MILLISECONDS = 1000;
/** Without any change the axis of time moves on. */
const MOVE_MILLISECONDS = 30_000;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const whole = (value) => (value === undefined ? '–' : value.toLocaleString('en-US'));

const seconds = (time) => Date.parse(time) / 1000;

/** Times as everywhere in the product: UTC. */
const inUtc = new Intl.DateTimeFormat('en-US', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
});

/** @param course gives the stretch of time to show */
const optionsOf = (uPlot, host, course) => {
  const axis = {
    stroke: colour('text-soft'),
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: host.clientWidth,
    height: host.clientHeight - 34,
    tzDate: (time) => uPlot.tzDate(new Date(time * 1000), 'Etc/UTC'),
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { range: () => [seconds(course().from), seconds(course().to)] },
      y: { range: (_, __, most) => [0, Math.max(4, Math.ceil(most * 1.1))] },
    },
    axes: [
      axis,
      { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => (tick % 1 === 0 ? whole(tick) : '')) },
    ],
    series: [
      // Without a pointer over the chart the legend says how it is now.
      {
        label: 'At',
        value: (_, time) => ((time ?? null) === null ? 'now' : `${inUtc.format(time * 1000)} UTC`),
      },
      {
        label: 'Members',
        stroke: colour('accent'),
        fill: `color-mix(in srgb, ${colour('accent')} 12%, transparent)`,
        width: 2,
        paths: uPlot.paths.stepped({ align: 1 }),
        points: { show: false },
        value: (plot, value) => whole(value ?? plot.data[1].at(-1)),
      },
    ],
  };
};

/** The course as columns: each size holds until the next, the last one until now. */
const columnsOf = ({ from, to, sizes }) => {
  const last = sizes.at(-1);
  const points = sizes.map(({ minute, members }) => [Math.max(seconds(from), seconds(minute)), members]);
  if (last !== undefined) points.push([seconds(to), last.members]);
  return [points.map(([time]) => time), points.map(([, members]) => members)];
};

const draw = (host, uPlot) => {
  let plot = null;
  let course = null;
  let asking = false;
  let again = false;

  const show = () => {
    if (course === null || course.sizes.length === 0) return;
    const columns = columnsOf(course);
    if (plot === null) {
      host.replaceChildren();
      plot = new uPlot(
        optionsOf(uPlot, host, () => course),
        columns,
        host,
      );
    } else plot.setData(columns);
  };
  const drawAnew = () => {
    plot?.destroy();
    plot = null;
    show();
  };
  const ask = async () => {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    again = false;
    try {
      const response = await fetch(host.dataset.sizes);
      if (response.ok) course = await response.json();
      show();
    } catch {
      // The web app is away: what was drawn stays.
    }
    setTimeout(() => {
      asking = false;
      if (again) ask();
    }, PAUSE_MILLISECONDS);
  };

  ask();
  new MutationObserver(ask).observe(document.getElementById('content'), {
    subtree: true,
    attributeFilter: ['data-changed', 'data-sizes'],
  });
  new ResizeObserver(() =>
    plot?.setSize({ width: host.clientWidth, height: host.clientHeight - 34 }),
  ).observe(host);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAnew);
  setInterval(() => {
    if (!document.hidden) ask();
  }, MOVE_MILLISECONDS);
};

/** Draws the chart when this page has one; the library is loaded only then. */
export const keepSegmentChart = async () => {
  const host = document.getElementById('segment-chart');
  if (host === null) return;
  const { default: uPlot } = await import('/assets/charts/uPlot.esm.js');
  draw(host, uPlot);
};
