import { PlatformError } from '@marketing-streams/platform/errors';
import { describe, expect, it } from 'vitest';
import { createTableTroubles } from './table-troubles.ts';

const ALL = new Set(['bronze.orders', 'bronze.activations']);

describe('troubles of tables', () => {
  it('are told until the table takes a commit', () => {
    const troubles = createTableTroubles();
    expect(troubles.problem(ALL)).toBeNull();
    troubles.failed(new PlatformError('DISK_FULL', '/delta: no space left'), 'bronze.orders');
    troubles.committed('bronze.activations');
    expect(troubles.problem(ALL)).toBe('bronze.orders: /delta: no space left');
    troubles.committed('bronze.orders');
    expect(troubles.problem(ALL)).toBeNull();
  });

  it('are none when nothing waits for the table any more', () => {
    const troubles = createTableTroubles();
    troubles.failed(new PlatformError('STORAGE_UNAVAILABLE', 'read-only'), 'bronze.orders');
    expect(troubles.problem(new Set())).toBeNull();
  });

  it('are not what sinks that share a table meet every day', () => {
    const troubles = createTableTroubles();
    troubles.failed(new PlatformError('DELTA_OFFSET_MISMATCH', 'moved'), 'bronze.orders');
    expect(troubles.problem(ALL)).toBeNull();
  });
});
