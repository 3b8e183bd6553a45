import type { Metadata, Protocol } from '../../log/actions.ts';
import { loadSnapshot } from '../../log/load-snapshot.ts';
import { readTable } from '../../read-table.ts';
import type { Column, ColumnType } from '../../schema/table-schema.ts';
import { type Command, wantedState } from '../command.ts';
import { formatPairs, formatTable } from '../format-table.ts';
import { formatBytes, formatCount, formatMoment } from '../format-values.ts';
import { sumFiles } from '../table-sums.ts';

/** A type as Spark and SQL people write it: `array<struct<sku: string>>`. */
const typeText = (type: ColumnType): string => {
  switch (type.type) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'list':
      return `array<${typeText(type.element)}>`;
    case 'struct':
      return `struct<${type.fields.map((field) => `${field.name}: ${typeText(field)}`).join(', ')}>`;
    case 'map':
      return `map<${typeText(type.key ?? { type: 'string' })}, ${typeText(type.value)}>`;
    default:
      return type.type;
  }
};

const columnOf = (column: Column) => ({
  name: column.name,
  type: typeText(column),
  nullable: column.nullable,
});

const protocolText = ({ minReaderVersion, minWriterVersion, writerFeatures = [] }: Protocol): string =>
  `reader ${minReaderVersion}, writer ${minWriterVersion}${writerFeatures.length === 0 ? '' : `: ${writerFeatures.join(', ')}`}`;

/** What a table is: its columns, size, settings and the positions of the applications that write it. */
export const describeTable: Command = {
  name: 'describe',
  summary: 'columns, size, settings and the positions of its writers',
  help: `Usage: npm run lakehouse -- <table> describe [options]

Tells what a table is: version, rows, files, size, partitions, properties, columns, and how far the applications that
write it have come (txn).

  --version N       as it was at a version
  --timestamp TIME  as it was at a moment, e.g. 2026-01-31T12:00:00Z (UTC)`,
  options: ['version', 'timestamp'],
  run: async ({ table: getTable, values, width }) => {
    const { name, location, storage } = await getTable();
    const view = await readTable({ path: storage, name, ...wantedState(values) });
    const loaded = await loadSnapshot(storage, { version: view.version(), tombstones: false });
    const metadata = loaded!.snapshot.metadata as Metadata;
    const protocol = loaded!.snapshot.protocol as Protocol;
    const [last] = await view.history(1);
    const positions = [...loaded!.snapshot.transactions.values()]
      .map(({ appId, version }) => ({ appId, version }))
      .sort((a, b) => (a.appId < b.appId ? -1 : 1));
    const sums = sumFiles(view.files());
    const columns = view.schema.map(columnOf);
    const json = {
      table: name,
      location,
      id: metadata.id,
      version: view.version(),
      lastCommit: last === undefined ? null : new Date(last.timestamp).toISOString(),
      ...sums,
      partitionColumns: view.partitionColumns,
      protocol,
      properties: metadata.configuration,
      columns,
      positions,
    };
    const rows = sums.rows === null ? 'unknown' : formatCount(sums.rows);
    const pairs: [string, string][] = [
      ['table', name],
      ['location', location],
      ['version', `${json.version}${last === undefined ? '' : `, ${formatMoment(last.timestamp)} UTC`}`],
      ['rows', sums.hiddenRows === 0 ? rows : `${rows} and ${formatCount(sums.hiddenRows)} hidden ones`],
      ['files', `${formatCount(sums.files)}, ${formatBytes(sums.bytes)}`],
      ['partitioned by', view.partitionColumns.join(', ') || 'nothing'],
      ['protocol', protocolText(protocol)],
      ...Object.entries(metadata.configuration),
    ];
    const parts = [
      formatPairs(pairs),
      formatTable(
        [{ title: 'column' }, { title: 'type' }, { title: 'nullable' }],
        columns.map((column) => [column.name, column.type, column.nullable ? 'yes' : 'no']),
        width,
      ),
    ];
    if (positions.length > 0) {
      const lines = positions.map(({ appId, version }) => [appId, String(version)]);
      parts.push(
        formatTable([{ title: 'application' }, { title: 'position', align: 'right' }], lines, width),
      );
    }
    return { json, text: parts.join('\n\n') };
  },
};
