import { avroChangelogTable } from '@marketing-streams/table-sink/changelog-table';
import type { TableDeclaration } from '@marketing-streams/table-sink/table-declaration';

/** Silver's topics as Delta tables, one row a key. */
export const tables: readonly TableDeclaration[] = [
  avroChangelogTable({ layer: 'silver', table: 'customers', topic: 'silver.customers.v1' }),
  avroChangelogTable({ layer: 'silver', table: 'orders', topic: 'silver.orders.v1' }),
  avroChangelogTable({ layer: 'silver', table: 'activations', topic: 'silver.activations.v1' }),
];
