import { fileURLToPath } from 'node:url';
import { fixtureAt, keyText, loadFixtures } from '@marketing-streams/contracts/testing/ksql-fixtures';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import { loadSegments } from '@marketing-streams/platform/segments-file';
import { describe, expect, it } from 'vitest';
import { campaignPartialsProcessor } from './campaigns/partials-processor.ts';
import { campaignWindowsProcessor } from './campaigns/windows-processor.ts';
import { liveCustomersProcessor } from './customers/processor.ts';
import { replayFixture } from './testing/replay-fixture.ts';

const PARTITIONS = 6;
/** What the statements under ksql/ were generated from. */
const segments = loadSegments(fileURLToPath(new URL('../../../config/segments.yaml', import.meta.url)));

const registry = memoryRegistry();
const processors = [
  await liveCustomersProcessor(registry, { partitions: PARTITIONS, segments }),
  await campaignPartialsProcessor(registry, PARTITIONS),
  await campaignWindowsProcessor(registry, PARTITIONS),
];

describe('the fixtures of ksql/', () => {
  it.each(loadFixtures().map((fixture) => [fixture.name, fixtureAt(fixture, Date.now())] as const))(
    '%s',
    async (_, fixture) => {
      const expected = fixture.outputs.map(
        ({ topic, key, value }) => [`${topic} ${keyText(key)}`, value] as const,
      );
      const published = await replayFixture(fixture, processors, registry);
      expect(Object.fromEntries(published)).toEqual(Object.fromEntries(expected));
    },
  );

  it('are there', () => {
    expect(loadFixtures().length).toBeGreaterThan(10);
  });
});
