import { column } from '@marketing-streams/lakehouse/schema/table-schema';
import { jsonChangelogTable } from '@marketing-streams/table-sink/changelog-table';
import type { TableDeclaration } from '@marketing-streams/table-sink/table-declaration';

const always = { nullable: false };

/** The newest propensity score of every customer as a Delta table. */
export const tables: readonly TableDeclaration[] = [
  jsonChangelogTable({ layer: 'gold', table: 'propensity', topic: 'dom.propensity.score.v1' }, [
    column.string('customer_id', always),
    column.double('score', always),
    column.string('model_version', always),
    column.list(
      'factors',
      {
        type: 'struct',
        fields: [
          column.string('name', always),
          column.double('value', always),
          column.double('contribution', always),
        ],
      },
      always,
    ),
    column.timestamp('scored_at', always),
  ]),
];
