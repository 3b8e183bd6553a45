import {
  type AvroSchema,
  compactSchemaOf,
  createCompactCodec,
  usually,
} from '@marketing-streams/contracts/compact-codec';
import type { CustomerPropensity } from '@marketing-streams/contracts/generated/customer-propensity';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import { PROPENSITY_FEATURES } from '@marketing-streams/domain/propensity/features';
import { SHIPPED_SEGMENTS } from '@marketing-streams/domain/rules/segments';
import type { StateCodecs } from '@marketing-streams/stream/state/state-codec';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { Membership } from './memberships.ts';

/** The parts of a customer's record, each from a topic of its own. */
export type CustomerParts = {
  /** Null while none has come, and after it was taken away. */
  readonly customer360: GoldCustomer360 | null;
  readonly propensity: CustomerPropensity | null;
  /** In alphabetical order of the segments. */
  readonly segments: readonly Membership[];
};

/** What the publisher keeps of a customer. */
export type PublishedCustomer = CustomerParts & {
  /** The version last given to a record of the customer, 0 before the first; it only ever grows. */
  readonly version: number;
};

const PREFIX = 'c';

const propensity: AvroSchema = {
  type: 'record',
  name: 'CustomerPropensity',
  fields: [
    { name: 'score', type: 'double' },
    { name: 'model_version', type: 'string' },
    {
      name: 'factors',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'PropensityFactor',
          fields: [
            { name: 'name', type: usually(PROPENSITY_FEATURES.map(({ name }) => name)) },
            { name: 'value', type: 'double' },
            { name: 'contribution', type: 'double' },
          ],
        },
      },
    },
    { name: 'scored_at', type: 'long' },
  ],
};

/** How the publisher's state is written. */
export const PUBLISHER_STATE: StateCodecs = {
  [PREFIX]: createCompactCodec<PublishedCustomer>({
    type: 'record',
    name: 'PublishedCustomer',
    fields: [
      { name: 'customer360', type: ['null', compactSchemaOf('gold.customer_360.v1')] },
      { name: 'propensity', type: ['null', propensity] },
      {
        name: 'segments',
        type: {
          type: 'array',
          items: {
            type: 'record',
            name: 'Membership',
            fields: [
              { name: 'segment', type: usually(SHIPPED_SEGMENTS.map(({ name }) => name)) },
              { name: 'since', type: 'long' },
            ],
          },
        },
      },
      { name: 'version', type: 'long' },
    ],
  }),
};

const UNKNOWN: PublishedCustomer = { customer360: null, propensity: null, segments: [], version: 0 };

/** What is known of the customer. */
export const publishedCustomer = (state: StateView, customerId: string): PublishedCustomer =>
  state.get<PublishedCustomer>(PREFIX + customerId) ?? UNKNOWN;

export const keepCustomer = (state: StateView, customerId: string, customer: PublishedCustomer): void =>
  state.put(PREFIX + customerId, customer);

/** Every customer of the task. */
export function* publishedCustomers(state: StateView): Iterable<PublishedCustomer> {
  for (const [, customer] of state.range<PublishedCustomer>(PREFIX)) yield customer;
}
