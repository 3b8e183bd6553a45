import { describe, expect, it } from 'vitest';
import type { Metadata, Protocol } from './actions.ts';
import { DELETION_VECTOR_PROTOCOL, PLAIN_PROTOCOL, requireReadable, requireWritable } from './features.ts';
import { parseInterval } from './interval.ts';

const metadata = (configuration: Record<string, string> = {}): Metadata => ({
  id: 'id',
  format: { provider: 'parquet', options: {} },
  schemaString: '{}',
  partitionColumns: [],
  configuration,
});

const withFeatures = (readerFeatures: string[], writerFeatures: string[]): Protocol => ({
  minReaderVersion: 3,
  minWriterVersion: 7,
  readerFeatures,
  writerFeatures,
});

const refusal = (run: () => void): string => {
  try {
    run();
  } catch (error) {
    expect(error).toMatchObject({ code: 'DELTA_UNSUPPORTED' });
    return (error as Error).message;
  }
  throw new Error('it was not refused');
};

describe('a table’s protocol', () => {
  it.each([PLAIN_PROTOCOL, DELETION_VECTOR_PROTOCOL, { minReaderVersion: 1, minWriterVersion: 4 }])(
    'is honoured: %j',
    (protocol) => {
      expect(() => requireWritable('t', protocol, metadata())).not.toThrow();
    },
  );

  it('is refused for writing with the names of all unknown features', () => {
    const protocol = withFeatures(
      ['deletionVectors'],
      ['deletionVectors', 'rowTracking', 'checkConstraints'],
    );
    expect(() => requireReadable('t', protocol)).not.toThrow();
    expect(refusal(() => requireWritable('t', protocol, metadata()))).toMatch(
      /cannot write it, it uses rowTracking, checkConstraints;/,
    );
  });

  it('is refused for reading when a reader feature is unknown', () => {
    const protocol = withFeatures(['variantType'], ['variantType']);
    expect(refusal(() => requireReadable('t', protocol))).toMatch(/cannot read it, it uses variantType/);
    expect(refusal(() => requireReadable('t', { minReaderVersion: 2, minWriterVersion: 5 }))).toMatch(
      /columnMapping/,
    );
    expect(refusal(() => requireReadable('t', { minReaderVersion: 4, minWriterVersion: 8 }))).toMatch(
      /reader version 4/,
    );
  });

  it.each([
    [{ 'delta.constraints.positive': 'amount > 0' }, /checkConstraints/],
    [{ 'delta.enableChangeDataFeed': 'true' }, /changeDataFeed/],
  ])('of an old version is refused when %j is in use', (configuration, feature) => {
    const protocol = { minReaderVersion: 1, minWriterVersion: 4 };
    expect(refusal(() => requireWritable('t', protocol, metadata(configuration)))).toMatch(feature);
  });
});

describe('parseInterval', () => {
  it.each([
    ['interval 1 week', 604_800_000],
    ['interval 7 days', 604_800_000],
    ['INTERVAL 1 day 12 hours', 129_600_000],
    ['30 minutes', 1_800_000],
  ])('%s', (text, milliseconds) => {
    expect(parseInterval(text)).toBe(milliseconds);
  });

  it.each(['', 'interval', 'interval a day', 'interval 1 fortnight', '7'])('nothing of %j', (text) => {
    expect(parseInterval(text)).toBeNull();
  });
});
