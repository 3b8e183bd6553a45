import { PlatformError } from '@marketing-streams/platform/errors';
import { parseAvroSchema } from '../avro/parse-schema.ts';
import { createAvroCodec } from '../avro-codec.ts';
import type { OrderPlaced } from '../generated/order-placed.ts';
import { TOPICS } from '../topics.ts';
import { memoryRegistry } from './memory-registry.ts';

/** A cancelled order with one item. */
export const order: OrderPlaced = {
  order_id: 'o-1',
  customer_id: 'c-1',
  status: 'CANCELLED',
  total_amount: 12_050,
  currency: 'USD',
  items: [{ sku: 'chair-1', name: 'Blue chair', category: 'furniture', quantity: 2, unit_price: 6_025 }],
  placed_at: Date.UTC(2026, 0, 2),
  updated_at: null,
};

/** The codec of orders on a registry in memory, and what another client would write. */
export const orderCodec = async () => {
  const memory = memoryRegistry();
  const codec = await createAvroCodec<OrderPlaced>({
    registry: memory,
    topic: 'dom.order.placed.v1',
  });
  /** Bytes another client would write with its own schema. */
  const foreign = (schema: object, value: unknown): Buffer => {
    const text = JSON.stringify(schema);
    const header = Buffer.alloc(5);
    header.writeInt32BE(memory.add(text), 1);
    return Buffer.concat([header, parseAvroSchema(text).toBuffer(value)]);
  };
  return { ...memory, codec, foreign };
};

/** The PlatformError that the work throws. */
export const failure = (work: () => unknown): PlatformError => {
  try {
    work();
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

type Fields = { name: string; type: unknown; default?: unknown }[];
/** The schema of orders with other fields. */
export const schemaOf = (change: (fields: Fields) => Fields): object => {
  const schema = JSON.parse(TOPICS['dom.order.placed.v1'].schema ?? '') as { fields: Fields };
  return { ...schema, fields: change(schema.fields) };
};
