import { type Metric, rounded } from './metric.ts';
import { alignedColumns } from './report.ts';
import { PROCESSES, type ProcessName, WORKERS } from './rig-processes.ts';
import { cpuSecondsOf, type MeteredProcess, THREAD_GROUPS } from './thread-meter.ts';

/** CPU microseconds per event of all workers; see the goals in bench/README.md. */
const GOAL_MICROSECONDS = 60;

const isWorker = (name: ProcessName): boolean => WORKERS.some((worker) => worker === name);

/** CPU microseconds per event, hop by hop: of each process and each kind of thread, and of all workers. */
export const budgetMetrics = (
  metered: Readonly<Record<ProcessName, MeteredProcess>>,
  events: number,
): readonly Metric[] => {
  const microseconds = (seconds: number): number => rounded((seconds * 1e6) / events);
  const one = (name: string, seconds: number): Metric => ({
    name: `budget.${name}_us`,
    value: microseconds(seconds),
    unit: 'µs/event',
    better: 'info',
  });
  const workers = WORKERS.reduce((sum, name) => sum + cpuSecondsOf(metered[name].shares), 0);
  return [
    { ...one('workers', workers), goal: GOAL_MICROSECONDS },
    ...PROCESSES.flatMap((name) => [
      one(name, cpuSecondsOf(metered[name].shares)),
      // The broker's threads are Java's.
      ...(name === 'kafka'
        ? []
        : THREAD_GROUPS.map((group) => one(`${name}.${group}`, metered[name].shares[group]))),
    ]),
  ];
};

const HEADER = ['CPU µs per event', 'transactions', 'table sink', 'maintenance', 'rest', 'all'];

/** The budget as a matrix: a line for each process, the workers' sum among them, against the goal. */
export const renderBudget = (metrics: readonly Metric[]): string => {
  const values = new Map(metrics.map(({ name, value }) => [name, value]));
  if (!values.has('budget.workers_us')) return '';
  const cell = (name: string): string => {
    const value = values.get(`budget.${name}_us`);
    return value === undefined ? '' : value.toFixed(1);
  };
  const line = (name: ProcessName): string[] => [
    name,
    ...THREAD_GROUPS.map((group) => cell(`${name}.${group}`)),
    cell(name),
  ];
  const sum = (group: string): string =>
    WORKERS.reduce((total, name) => total + (values.get(`budget.${name}.${group}_us`) ?? 0), 0).toFixed(1);
  const workers = [`all workers (goal ${GOAL_MICROSECONDS})`, ...THREAD_GROUPS.map(sum), cell('workers')];
  const rows = [
    HEADER,
    ...WORKERS.map(line),
    workers,
    ...PROCESSES.filter((name) => !isWorker(name)).map(line),
  ];
  return alignedColumns(rows, (column) => column > 0);
};
