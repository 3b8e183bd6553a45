import { describe, expect, it } from 'vitest';
import { deltaShape } from './common-config.ts';

describe('delta_dir', () => {
  it.each(['delta', '/data/delta', './s3', '../a:b', 's3://bucket', 's3://bucket/some/where'])(
    'takes %s',
    (value) => expect(deltaShape.delta_dir.parse(value)).toBe(value),
  );

  it.each(['', 's3:/bucket/delta', 's3://', 's3:///delta', 'gs://bucket/delta', 'file:///data/delta'])(
    'refuses "%s"',
    (value) => expect(deltaShape.delta_dir.safeParse(value).success).toBe(false),
  );
});
