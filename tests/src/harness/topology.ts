import type { TopicName } from '@marketing-streams/contracts/topics';
import type { FurtherServiceName } from './service-process.ts';

/** Who reads what in every pipeline: the processors by their consumer groups. */
export const PROCESSOR_INPUTS: Readonly<Record<string, readonly TopicName[]>> = {
  silver: [
    'dom.customer.profile.upsert.v1',
    'dom.order.placed.v1',
    'dom.activation.delivery.status.v1',
    'silver.repartition.v1',
  ],
  gold: ['silver.customers.v1', 'silver.orders.v1', 'silver.activations.v1'],
  'campaign-performance': ['results'],
  'segment-sizes': ['dom.segment.materialized.v1'],
  scorer: ['gold.customer_360.v1'],
  'gold-publisher': ['gold.customer_360.v1', 'dom.propensity.score.v1', 'dom.segment.materialized.v1'],
};

/** The processors of the services that only some pipelines have, by their consumer groups. */
export const FURTHER_PROCESSOR_INPUTS: Readonly<
  Record<FurtherServiceName, Readonly<Record<string, readonly TopicName[]>>>
> = {
  live: {
    'live-customers': [
      'dom.customer.profile.upsert.v1',
      'dom.order.placed.v1',
      'dom.activation.delivery.status.v1',
      'live.repartition.v1',
    ],
    'live-campaign-partials': ['logs'],
    'live-campaign-windows': ['live.campaign_partials.v1'],
  },
  monitor: {
    reconciliation: [
      'gold.customer_360.v1',
      'dom.customer.consolidated.v1',
      'dom.customer.profile.upsert.v1',
      'dom.order.placed.v1',
      'dom.activation.delivery.status.v1',
      'dead-letter-queue',
    ],
    'campaign-alerts': ['results'],
  },
};

/** Every Delta table below the delta folder, and the topic it materialises. */
export const TABLE_TOPICS: Readonly<Record<string, TopicName>> = {
  'bronze/customer_profiles': 'dom.customer.profile.upsert.v1',
  'bronze/orders': 'dom.order.placed.v1',
  'bronze/activations': 'dom.activation.delivery.status.v1',
  'bronze/ad_events': 'logs',
  'silver/customers': 'silver.customers.v1',
  'silver/orders': 'silver.orders.v1',
  'silver/activations': 'silver.activations.v1',
  'gold/customer_360': 'gold.customer_360.v1',
  'gold/campaign_performance': 'gold.campaign_performance.v1',
  'gold/segment_sizes': 'gold.segment_sizes.v1',
  'gold/propensity': 'dom.propensity.score.v1',
};

/** What the web app's view follows: the end of all hops. */
export const VIEW_TOPICS: readonly TopicName[] = [
  'dom.customer.gold.v1',
  'silver.orders.v1',
  'silver.activations.v1',
  'dom.customer.profile.upsert.v1',
];
