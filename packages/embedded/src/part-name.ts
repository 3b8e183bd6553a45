/** The three parts of the embedded stack. */
export type PartName = 'kafka' | 'registry' | 'redis';
