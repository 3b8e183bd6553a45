import type { PartName } from './part-name.ts';

/** How far a download is, told about once a second. */
export type Progress = {
  readonly part: PartName;
  /** "Kafka 4.3.1". */
  readonly what: string;
  /** About how much there is to fetch. */
  readonly totalBytes: number;
  readonly receivedBytes: number;
  readonly done: boolean;
};

export type OnProgress = (progress: Progress) => void;

const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(0);

/** One line for people. */
export const describeProgress = (progress: Progress): string => {
  const { what, totalBytes, receivedBytes, done } = progress;
  if (done) return `downloaded ${what}`;
  const size = `${megabytes(totalBytes)} MB, once`;
  return `downloading ${what} (${size}) … ${megabytes(Math.min(receivedBytes, totalBytes))} MB`;
};

/** Where progress lines go; `process.stdout` is one. */
export type ProgressOutput = { readonly isTTY?: boolean; readonly write: (text: string) => unknown };

/** On a terminal a download's line is written over; elsewhere a line is added when its size has changed. */
export const progressPrinter = (output: ProgressOutput): OnProgress => {
  let previous = '';
  return (progress) => {
    const line = describeProgress(progress);
    if (line === previous) return;
    previous = line;
    if (output.isTTY !== true) {
      output.write(`${line}\n`);
      return;
    }
    output.write(`\r\u001b[K${line}${progress.done ? '\n' : ''}`);
  };
};
