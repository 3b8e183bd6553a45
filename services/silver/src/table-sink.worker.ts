import { runTableSink } from '@marketing-streams/table-sink/run-table-sink';
import { tables } from './tables.ts';

await runTableSink(tables);
