import { hasRow, rowsOf } from '../deletion-vector/row-set.ts';
import { readHistory } from '../log/history.ts';
import { decodeDataPath } from '../log/log-paths.ts';
import type { Snapshot } from '../log/snapshot.ts';
import type { Row } from '../schema/table-schema.ts';
import type { TableView } from '../table-types.ts';
import { type Layout, physicalRows, readDataFile } from './data-files.ts';
import type { VectorCache } from './vector-cache.ts';

/** What can be read of the snapshot that `snapshot` gives at the time of each call. */
export const createTableView = (options: {
  readonly name: string;
  readonly layout: Layout;
  readonly vectors: VectorCache;
  readonly snapshot: () => Snapshot;
}): TableView => {
  const { name, layout, vectors, snapshot } = options;
  const { storage } = layout;
  return {
    name,
    location: storage.location,
    schema: layout.schema,
    partitionColumns: layout.partitionColumns.map((column) => column.name),
    version: () => snapshot().version,
    position: (appId) => snapshot().transactions.get(appId)?.version ?? null,
    files: () =>
      Array.from(snapshot().files.values(), (file) => ({
        path: decodeDataPath(file.path),
        bytes: file.size,
        rows: physicalRows(file),
        deletedRows: file.deletionVector?.cardinality ?? 0,
        partitionValues: file.partitionValues,
      })),
    deletedRows: async (path) => {
      const file = snapshot().files.get(path);
      return file === undefined ? [] : rowsOf(await vectors.get(file));
    },
    scanRows: async function* (): AsyncGenerator<Row> {
      for (const file of [...snapshot().files.values()]) {
        const deleted = await vectors.get(file);
        const rows = await readDataFile(layout, file, layout.fileColumns);
        for (let number = 0; number < rows.length; number++)
          if (!hasRow(deleted, number)) yield rows[number]!;
      }
    },
    history: (limit = Number.POSITIVE_INFINITY) => readHistory(storage, snapshot().version, limit),
  };
};
