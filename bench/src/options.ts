import { parseArgs } from 'node:util';
import { chosenParts } from './command-line.ts';
import { FURTHER, type FurtherName } from './rig-processes.ts';

/** Every part by its name, in the order of a run; those of `LONG_PARTS` only run when `--only` names them. */
const PARTS = [
  'start',
  'backlog',
  'idle',
  'latency',
  'recovery',
  'restore',
  'campaigns',
  'curve',
  'memory',
] as const;
export type PartName = (typeof PARTS)[number];

const LONG_PARTS: readonly PartName[] = ['curve', 'memory'];

const USUAL_PARTS = PARTS.filter((name) => !LONG_PARTS.includes(name));

export const HELP = `npm run bench -- [options]

Measures the whole pipeline on the embedded stack, every service a process of its own, and compares with
bench/baseline.json.

  --only <part,…>      some of: ${PARTS.join(', ')}
                       (default: all but the long ones, ${LONG_PARTS.join(' and ')})
  --seconds <n>        length of each latency run and of each run of campaigns (default 60)
  --rates <n,…>        orders per second of the latency runs (default 20,200,2000)
  --idle-seconds <n>   length of the idle run (default 30)
  --scale <x>          share of the full backlog of 310,000 events (default 1)
  --orders <n>         orders in the state that is restored (default 1000000)
  --customers <n,…>    populations of the cost curve (default 10000,100000,1000000: half an hour)
  --minutes <n>        how long memory is looked at (default 30)
  --check              ends with code 1 when a figure is less than 85% as good as the baseline; a part in which
                       one is gets measured again, twice at most, and the better figure counts
  --history            appends the run to bench/history.jsonl
  --json <file>        writes the figures there as JSON too
  --cpu-profiles <dir> writes a .cpuprofile of every thread of every service there (takes some speed)
  --further <name,…>   services that run beside the usual ones in every part: ${FURTHER.join(', ')}
                       (default: only where they are measured, in idle and campaigns)
  --env <NAME=value>   sets a variable of every service's environment (may be given several times)
  --update-baseline    stores the figures as the new baseline
  --details            lists every figure, those that are not judged too
  --help
`;

/** How often a part is measured at most under `--check`. */
const TRIES_OF_A_CHECK = 3;

/** What a run measures, and how much of it. */
export type BenchOptions = {
  readonly parts: readonly PartName[];
  readonly seconds: number;
  readonly rates: readonly number[];
  readonly idleSeconds: number;
  readonly scale: number;
  /** In the state that is restored. */
  readonly orders: number;
  /** Numbers of customers of the cost curve. */
  readonly populations: readonly number[];
  /** How long memory is looked at. */
  readonly minutes: number;
  /** How often a part in which a figure fell is measured at most. */
  readonly tries: number;
  readonly isCheck: boolean;
  readonly isRemembered: boolean;
  readonly json: string | undefined;
  readonly cpuProfiles: string | undefined;
  /** Services that run beside the usual ones in every part. */
  readonly further: readonly FurtherName[];
  /** What every service's environment has on top of the usual. */
  readonly environment: Readonly<Record<string, string>>;
  readonly updatesBaseline: boolean;
  readonly hasDetails: boolean;
};

const positive = (name: string, text: string): number => {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} ${text}: expected a number above 0`);
};

const positives = (name: string, text: string): readonly number[] =>
  text.split(',').map((one) => positive(name, one));

const assignment = (text: string): readonly [name: string, value: string] => {
  const end = text.indexOf('=');
  if (end <= 0) throw new Error(`--env ${text}: expected NAME=value`);
  return [text.slice(0, end), text.slice(end + 1)];
};

/** Reads the command line; null when it asks for help. Throws saying which option is wrong. */
export const benchOptions = (args: readonly string[]): BenchOptions | null => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: USUAL_PARTS.join(',') },
      seconds: { type: 'string', default: '60' },
      rates: { type: 'string', default: '20,200,2000' },
      'idle-seconds': { type: 'string', default: '30' },
      scale: { type: 'string', default: '1' },
      orders: { type: 'string', default: '1000000' },
      customers: { type: 'string', default: '10000,100000,1000000' },
      minutes: { type: 'string', default: '30' },
      check: { type: 'boolean', default: false },
      history: { type: 'boolean', default: false },
      json: { type: 'string' },
      'cpu-profiles': { type: 'string' },
      further: { type: 'string' },
      env: { type: 'string', multiple: true, default: [] },
      'update-baseline': { type: 'boolean', default: false },
      details: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  return {
    parts: chosenParts(values.only, PARTS),
    seconds: positive('seconds', values.seconds),
    rates: positives('rates', values.rates),
    idleSeconds: positive('idle-seconds', values['idle-seconds']),
    scale: positive('scale', values.scale),
    orders: positive('orders', values.orders),
    populations: positives('customers', values.customers),
    minutes: positive('minutes', values.minutes),
    tries: values.check ? TRIES_OF_A_CHECK : 1,
    isCheck: values.check,
    isRemembered: values.history,
    json: values.json,
    cpuProfiles: values['cpu-profiles'],
    further: values.further === undefined ? [] : chosenParts(values.further, FURTHER, 'further'),
    environment: Object.fromEntries(values.env.map(assignment)),
    updatesBaseline: values['update-baseline'],
    hasDetails: values.details,
  };
};
