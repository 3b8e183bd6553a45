import { parseArgs } from 'node:util';
import { FULL_BACKLOG } from '../backlog-records.ts';
import { measureProcessors, PROCESSORS } from './processors.ts';
import { measureRestore } from './restore.ts';

const HELP = `npm run bench:processors -- [options]

Measures CPU and state of every processor per event, in one process and without a broker.

  --scale <x>      share of the full backlog of 310,000 events (default 1)
  --batch <n>      records in one transaction (default 50000)
  --customers <n>  how many customers the events are of (default 10,000 times the scale)
  --restore <n>    instead: how long silver's and gold's state of n orders takes to rebuild
  --help
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    scale: { type: 'string', default: '1' },
    batch: { type: 'string', default: '50000' },
    customers: { type: 'string' },
    restore: { type: 'string' },
  },
});

const per = (total: number, count: number): string => (total / count).toFixed(1);

const showProcessors = async (): Promise<void> => {
  const scale = Number(values.scale);
  const { customers, orders, activations } = FULL_BACKLOG;
  const { events, of } = await measureProcessors(
    {
      customers: values.customers === undefined ? Math.ceil(customers * scale) : Number(values.customers),
      orders: Math.ceil(orders * scale),
      activations: Math.ceil(activations * scale),
    },
    Number(values.batch),
  );

  const rows = PROCESSORS.map((name) => {
    const {
      records,
      outputs,
      transactions,
      cpuMicroseconds,
      collectMicroseconds,
      storeMicroseconds,
      stateBytes,
    } = of[name];
    return {
      processor: name,
      records,
      outputs,
      transactions,
      'µs/event': per(cpuMicroseconds, events),
      'µs/record': per(cpuMicroseconds, records),
      'of that outputs': per(collectMicroseconds, records),
      'of that store': per(storeMicroseconds, records),
      'state bytes/event': per(stateBytes, events),
    };
  });
  console.table(rows);
  const total = PROCESSORS.reduce((sum, name) => sum + of[name].cpuMicroseconds, 0);
  process.stdout.write(`${events} events, ${per(total, events)} µs CPU per event in all processors\n`);
};

/** A tenth as many customers as orders. */
const showRestore = async (orders: number): Promise<void> => {
  for (const name of ['silver', 'gold'] as const) {
    const { seconds, cpuSeconds, stateBytes } = await measureRestore(name, orders, Math.ceil(orders / 10));
    process.stdout.write(
      `${name}: ${orders} orders in ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s CPU, ` +
        `${per(stateBytes, orders)} bytes each\n`,
    );
  }
};

if (values.help) process.stdout.write(HELP);
else if (values.restore === undefined) await showProcessors();
else await showRestore(Number(values.restore));
