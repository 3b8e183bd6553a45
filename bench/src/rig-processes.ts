/** The services whose work is what Spark's jobs do; the web app comes on top. */
export const WORKERS = ['bronze', 'silver', 'gold', 'scorer', 'gold-publisher'] as const;

/** What always runs, by the names of the table. */
export const PROCESSES = [...WORKERS, 'webapp', 'kafka'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** Services that only some parts run, and those that were asked for. */
export const FURTHER = ['live', 'monitor'] as const;
export type FurtherName = (typeof FURTHER)[number];

/** Something of every process that runs. */
export type OfEachProcess<Value> = Readonly<Record<ProcessName, Value> & Partial<Record<FurtherName, Value>>>;
