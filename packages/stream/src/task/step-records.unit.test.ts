import { expect, it } from 'vitest';
import { from } from '../pipeline.ts';
import { createOverlay } from '../state/overlay.ts';
import { ok } from '../step.ts';
import { testRecord } from '../testing/run-pipeline.ts';
import { stepRecords } from './step-records.ts';
import { createTurns } from './turns.ts';

const now = Date.UTC(2026, 5, 1);
const pipeline = from('topic')
  .through(function count() {
    return ok(null);
  })
  .build();

const streamTimeOf = async (timestamps: readonly number[]): Promise<number> => {
  const records = timestamps.map((timestamp, offset) => testRecord({ offset, timestamp }));
  const { streamTime } = await stepRecords([records], {
    pipelines: new Map([[pipeline.topic, pipeline]]),
    service: 'test',
    overlay: createOverlay({ get: () => undefined, range: () => [] }),
    mode: 'live',
    now,
    collector: null,
    refused: new Map(),
    turns: createTurns(new AbortController().signal),
    isTimeUp: () => false,
  });
  return streamTime;
};

it('takes the largest timestamp for the stream time', async () => {
  expect(await streamTimeOf([now - 5, now + 60_000, now])).toBe(now + 60_000);
});

it('is not moved years ahead by one wrong clock: no event-time timer ever ran again', async () => {
  expect(await streamTimeOf([now, Date.UTC(2100, 0, 1)])).toBe(now + 3_600_000);
});
