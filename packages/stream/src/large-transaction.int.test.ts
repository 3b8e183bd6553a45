import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { createMetrics } from '@marketing-streams/platform/metrics';
import { expect, it } from 'vitest';
import { from } from './pipeline.ts';
import { runProcessor } from './run-processor.ts';
import { ok, type Step } from './step.ts';
import { encodeFailed } from './testing/counting-processor.ts';
import { openKafkaFixture, until } from './testing/kafka-fixture.ts';

const RECORDS = 1_200;
const SESSION_MILLISECONDS = 1_000;

/** Takes a millisecond of the event loop, as a slow machine does. */
const slowlyTo = (topic: string): Step<KafkaRecord, null> =>
  function slowly(record) {
    const end = performance.now() + 1;
    while (performance.now() < end);
    return ok(null, [{ topic, key: String(record.key), partition: 0, value: record.value }]);
  };

it('keeps its membership while a transaction takes longer than a session: it was thrown out, and all aborted', async () => {
  const fixture = openKafkaFixture();
  const stateDir = mkdtempSync(join(tmpdir(), 'stream-int-'));
  const metrics = createMetrics('int-test', { processMetrics: false });
  const [input, output, dead] = await Promise.all(
    ['large.in', 'large.out', 'large.dead'].map((part) => fixture.topic(part, 1)),
  );
  const producer = fixture.kafka.producer();
  const values = Array.from({ length: RECORDS }, (_, i) => String(i));
  await producer.send(values.map((value) => ({ topic: input!, key: 'k', value: Buffer.from(value) })));
  await producer.close();
  const processor = await runProcessor(
    {
      name: fixture.name('large'),
      ruleVersion: '1',
      pipelines: [from(input!).through(slowlyTo(output!)).build()],
    },
    {
      kafka: fixture.kafka,
      deadLetters: { topic: dead!, encode: encodeFailed },
      service: 'int-test',
      tasks: 1,
      stateDir,
      metrics,
      logger: fixture.logger,
      limits: { milliseconds: 60_000 },
      sessionTimeoutMilliseconds: SESSION_MILLISECONDS,
    },
  );
  try {
    await until('all are out', async () => (await fixture.valuesOf(output!)).length > 0);
    expect(await fixture.valuesOf(output!)).toEqual(values);
    const { body } = await metrics.expose();
    expect(body).toMatch(/stream_transaction_records_count\{.*\} 1$/m);
    expect(body).not.toMatch(/^stream_recoveries_total\{/m);
    // An aborted attempt would lie between them, unseen: all records and one marker are all there is.
    expect(await fixture.admin.endOffsets([output!])).toMatchObject([{ offset: RECORDS + 1 }]);
  } finally {
    await processor.stop();
    await fixture.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
});
