import { vacuumTable as deleteFiles } from '../../maintenance/vacuum.ts';
import { type Command, retentionOf, wholeNumber } from '../command.ts';
import { formatTable } from '../format-table.ts';
import { formatBytes, formatCount, formatDuration } from '../format-values.ts';

const DEFAULT_LIMIT = 20;

/** Deletes files that no version within the retention needs. */
export const vacuumTable: Command = {
  name: 'vacuum',
  summary: 'deletes files that no recent version needs; --dry-run only tells',
  help: `Usage: npm run lakehouse -- <table> vacuum [options]

Deletes the files that neither the table's present version nor a version within the retention needs: what was merged
or replaced, and what failed writes left behind. Older versions cannot be read any more afterwards. Safe while a
service writes the table.

  --dry-run                only tell what would be deleted
  --retention TIME         e.g. 2h, 7d; default: the table's delta.deletedFileRetentionDuration
  --allow-short-retention  take less than an hour: nobody else may be reading or writing the table
  --limit N                files to list, default ${DEFAULT_LIMIT}`,
  options: ['dry-run', 'retention', 'allow-short-retention', 'limit'],
  run: async ({ table: getTable, values, width, progress }) => {
    const retention = retentionOf(values);
    const limit = wholeNumber(values, 'limit', 0, DEFAULT_LIMIT);
    const { name, storage } = await getTable();
    progress(`looking through the files of ${name}`);
    const result = await deleteFiles(storage, {
      name,
      dryRun: values['dry-run'] ?? false,
      allowShortRetention: values['allow-short-retention'] ?? false,
      ...(retention === undefined ? {} : { retentionMilliseconds: retention }),
    });
    const json = { table: name, ...result };
    const kept = `needed by version ${result.version} or within ${formatDuration(result.retentionMilliseconds)}`;
    if (result.files.length === 0)
      return { json, text: `Nothing to delete in ${name}: every file is ${kept}.` };
    const shown = result.files.slice(0, limit);
    const parts: string[] = [];
    if (shown.length > 0) {
      parts.push(
        formatTable(
          [{ title: 'size', align: 'right' }, { title: 'path' }],
          shown.map(({ path, bytes }) => [formatBytes(bytes), path]),
          width,
        ),
      );
    }
    const verb = result.dryRun ? 'Would delete' : 'Deleted';
    const files = `${formatCount(result.files.length)} file${result.files.length === 1 ? '' : 's'}`;
    parts.push(`${verb} ${files} of ${name}, ${formatBytes(result.bytes)}; the others are ${kept}.`);
    return { json, text: parts.join('\n\n') };
  },
};
