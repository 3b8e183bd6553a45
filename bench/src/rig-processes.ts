/** The services whose work is what Spark's jobs do; the web app comes on top. */
export const WORKERS = ['bronze', 'silver', 'gold', 'scorer', 'gold-publisher'] as const;

/** Everything that runs, by the names of the table. */
export const PROCESSES = [...WORKERS, 'webapp', 'kafka'] as const;
export type ProcessName = (typeof PROCESSES)[number];
