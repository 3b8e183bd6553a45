import { describe, expect, it } from 'vitest';
import type { Action } from './actions.ts';
import { type CommitKind, judgeConflict } from './conflicts.ts';

const add = (path: string, dataChange = true): Action => ({
  add: { path, partitionValues: {}, size: 1, modificationTime: 0, dataChange },
});
const remove = (path: string, dataChange = true): Action => ({ remove: { path, dataChange } });
const txn = (appId: string): Action => ({ txn: { appId, version: 7 } });
const metaData: Action = {
  metaData: {
    id: 'id',
    format: { provider: 'parquet', options: {} },
    schemaString: '{}',
    partitionColumns: [],
    configuration: {},
  },
};
const protocol: Action = { protocol: { minReaderVersion: 1, minWriterVersion: 2 } };

/** A commit that puts new rows into `new` and hides rows of `touched`. */
const OWN: readonly Action[] = [remove('touched'), add('touched'), add('new'), txn('mine')];

describe('a commit that came second', () => {
  it.each<{ winner: string; actions: readonly Action[]; verdicts: Record<CommitKind, string> }>([
    {
      winner: 'only moved another application’s position',
      actions: [txn('another')],
      verdicts: { blind: 'retry', keyed: 'retry', rearrange: 'retry' },
    },
    {
      winner: 'added rows',
      actions: [add('other'), txn('another')],
      verdicts: { blind: 'retry', keyed: 'recompute', rearrange: 'retry' },
    },
    {
      winner: 'merged files that the commit does not touch',
      actions: [remove('a', false), remove('b', false), add('ab', false)],
      verdicts: { blind: 'retry', keyed: 'retry', rearrange: 'retry' },
    },
    {
      winner: 'merged a file that the commit touches',
      actions: [remove('touched', false), add('merged', false)],
      verdicts: { blind: 'retry', keyed: 'recompute', rearrange: 'recompute' },
    },
    {
      winner: 'gave a file that the commit touches another vector',
      actions: [remove('touched'), add('touched')],
      verdicts: { blind: 'retry', keyed: 'recompute', rearrange: 'recompute' },
    },
    {
      winner: 'removed a file that the commit does not touch',
      actions: [remove('other')],
      verdicts: { blind: 'retry', keyed: 'retry', rearrange: 'retry' },
    },
  ])('after a winner that $winner', ({ actions, verdicts }) => {
    for (const kind of ['blind', 'keyed', 'rearrange'] as const) {
      expect(judgeConflict(kind, OWN, actions, 3), kind).toBe(verdicts[kind]);
    }
  });

  it.each([
    ['metadata', metaData],
    ['protocol', protocol],
  ])('gives up when the winner changed the %s', (what, action) => {
    for (const kind of ['blind', 'keyed', 'rearrange'] as const) {
      expect(() => judgeConflict(kind, OWN, [action], 3)).toThrow(
        expect.objectContaining({ code: 'DELTA_CONFLICT', message: expect.stringContaining(what) }),
      );
    }
  });

  it('never follows a winner that moved its own position', () => {
    for (const kind of ['blind', 'keyed', 'rearrange'] as const) {
      expect(() => judgeConflict(kind, OWN, [add('other'), txn('mine')], 3)).toThrow(
        expect.objectContaining({
          code: 'DELTA_OFFSET_MISMATCH',
          message: expect.stringContaining('mine to 7'),
        }),
      );
    }
  });
});
