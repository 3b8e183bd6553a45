import { avroChangelogTable } from '@marketing-streams/table-sink/changelog-table';
import type { TableDeclaration } from '@marketing-streams/table-sink/table-declaration';

/** The customer 360 as a Delta table, one row a customer. */
export const tables: readonly TableDeclaration[] = [
  avroChangelogTable({ layer: 'gold', table: 'customer_360', topic: 'gold.customer_360.v1' }),
];
