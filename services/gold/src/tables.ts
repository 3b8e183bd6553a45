import { avroChangelogTable } from '@marketing-streams/table-sink/changelog-table';
import type { TableDeclaration } from '@marketing-streams/table-sink/table-declaration';

/**
 * The customer 360, one row a customer; what campaigns came to by the minute, the hour and the day; the sizes of
 * segments.
 */
export const tables: readonly TableDeclaration[] = [
  avroChangelogTable({ layer: 'gold', table: 'customer_360', topic: 'gold.customer_360.v1' }),
  avroChangelogTable({ layer: 'gold', table: 'campaign_performance', topic: 'gold.campaign_performance.v1' }),
  avroChangelogTable({ layer: 'gold', table: 'segment_sizes', topic: 'gold.segment_sizes.v1' }),
];
