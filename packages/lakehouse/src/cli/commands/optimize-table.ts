import { readTable } from '../../read-table.ts';
import { optimizeTable as mergeFiles } from '../../table/compaction/optimize-table.ts';
import { runMerge } from '../../table/compaction/run-merge.ts';
import { openTable } from '../../table.ts';
import { type Command, wholeNumber } from '../command.ts';
import { formatBytes, formatCount } from '../format-values.ts';

const plural = (count: number, word: string): string =>
  `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;

/** Merges small files now. */
export const optimizeTable: Command = {
  name: 'optimize',
  summary: 'merges small files and rewrites files with many hidden rows',
  help: `Usage: npm run lakehouse -- <table> optimize [options]

Merges small data files and rewrites files of which more than a fifth of the rows are hidden. Safe while a service
writes the table: what it deletes meanwhile stays deleted. Services do the same by themselves. The old files are
deleted by vacuum, after the table's retention.

  --min-files N  files of similar size that make a merge worthwhile, default 16`,
  options: ['min-files'],
  run: async ({ table: getTable, values, progress, now }) => {
    const minFiles = wholeNumber(values, 'min-files', 2, undefined);
    const { name, storage } = await getTable();
    const { schema, partitionColumns } = await readTable({ path: storage, name });
    // Merging asks nothing of a key index: the writer of an upsert table finds the rows of new files by itself.
    const table = await openTable({ path: storage, name, schema, partitionColumns, kind: 'append' });
    try {
      const result = await mergeFiles({
        merges: table.merges,
        thresholds: minFiles === undefined ? {} : { minFiles },
        mostMerges: table.files().length,
        run: (job) => {
          const bytes = job.inputs.reduce((sum, file) => sum + file.size, 0);
          progress(`merging ${plural(job.inputs.length, 'file')}, ${formatBytes(bytes)}`);
          return runMerge(job, { storage, announce: null, clock: now });
        },
      });
      const { merges, filesRemoved, filesAdded, rows, bytesRemoved, bytesAdded, givenUp } = result;
      const lines = [
        merges === 0
          ? `Nothing to merge in ${name}: ${plural(table.files().length, 'file')}.`
          : `${name}: ${plural(filesRemoved, 'file')} (${formatBytes(bytesRemoved)}) became ${plural(filesAdded, 'file')} (${formatBytes(bytesAdded)}) with ${plural(rows, 'row')}.`,
        ...givenUp.map((reason) => `Gave up a merge: ${reason}`),
      ];
      return { json: { table: name, version: table.version(), ...result }, text: lines.join('\n') };
    } finally {
      await table.close();
    }
  },
};
