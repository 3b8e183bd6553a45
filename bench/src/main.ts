import { parseArgs } from 'node:util';
import { measureBacklog } from './backlog.ts';
import { FULL_BACKLOG } from './backlog-records.ts';
import { chosenParts, endRun } from './command-line.ts';
import { measureDemoStart } from './demo-start.ts';
import { measureIdle } from './idle.ts';
import { measureLatency } from './latency.ts';
import type { Metric } from './metric.ts';
import { measureRecovery } from './recovery.ts';
import { renderReport } from './report.ts';
import { type Rig, startRig } from './rig.ts';

const PARTS = ['start', 'latency', 'backlog', 'idle', 'recovery'] as const;
type Part = (typeof PARTS)[number];

const HELP = `npm run bench -- [options]

Measures the whole pipeline on the embedded stack, every service a process of its own, and compares with
bench/baseline.json. Ends with code 1 when a figure is more than 15% worse than there.

  --only <part,…>      some of: ${PARTS.join(', ')} (default all)
  --seconds <n>        length of each latency run (default 60)
  --rates <n,…>        orders per second of the latency runs (default 20,200)
  --idle-seconds <n>   length of the idle run (default 30)
  --scale <x>          share of the full backlog of 310,000 events (default 1)
  --json <file>        writes the figures there as JSON too
  --cpu-profiles <dir> writes a .cpuprofile of every thread of every service there (takes some speed)
  --update-baseline    stores the figures as the new baseline
  --help
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.join(',') },
    seconds: { type: 'string', default: '60' },
    rates: { type: 'string', default: '20,200' },
    'idle-seconds': { type: 'string', default: '30' },
    scale: { type: 'string', default: '1' },
    json: { type: 'string' },
    'cpu-profiles': { type: 'string' },
    'update-baseline': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const positive = (name: string, text: string): number => {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} ${text}: expected a number above 0`);
};

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Says each figure as soon as it is known: a long run that breaks off has told what it measured. */
const told = (metrics: readonly Metric[]): readonly Metric[] => {
  for (const { name, value, unit, better } of metrics)
    if (better !== 'info') say(`  ${name} ${value} ${unit}`);
  return metrics;
};

const measureOnRig = async (rig: Rig, parts: ReadonlySet<Part>): Promise<readonly Metric[]> => {
  const metrics: Metric[] = [];
  if (parts.has('latency')) {
    for (const rate of values.rates.split(',').map((text) => positive('rates', text))) {
      say(`latency at ${rate}/s …`);
      metrics.push(...told(await measureLatency(rig, rate, positive('seconds', values.seconds))));
    }
  }
  if (parts.has('backlog')) {
    const scale = positive('scale', values.scale);
    const { customers, orders, activations } = FULL_BACKLOG;
    const size = {
      customers: Math.ceil(customers * scale),
      orders: Math.ceil(orders * scale),
      activations: Math.ceil(activations * scale),
    };
    say(`backlog of ${size.customers + size.orders + size.activations} events …`);
    metrics.push(...told(await measureBacklog(rig, size, 1)));
  }
  if (parts.has('idle')) {
    say('idle …');
    metrics.push(...told(await measureIdle(rig, positive('idle-seconds', values['idle-seconds']))));
  }
  if (parts.has('recovery')) {
    say('recovery from kill -9 …');
    metrics.push(...told(await measureRecovery(rig)));
  }
  return metrics;
};

const run = async (): Promise<void> => {
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const parts = new Set(chosenParts(values.only, PARTS));
  const metrics: Metric[] = [];
  if (parts.has('start')) {
    say('start of the demo …');
    metrics.push(...told(await measureDemoStart()));
  }
  if (parts.size > (parts.has('start') ? 1 : 0)) {
    say('starting the stack and all services …');
    const rig = await startRig({ cpuProfiles: values['cpu-profiles'] });
    try {
      metrics.push(...told(await measureOnRig(rig, parts)));
    } finally {
      await rig.stop();
    }
  }
  endRun({
    metrics,
    json: values.json,
    updatesBaseline: values['update-baseline'],
    isJudged: true,
    print: (comparisons) => process.stdout.write(`${renderReport(comparisons)}\n`),
  });
};

await run();
