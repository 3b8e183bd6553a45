import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SourceOffset } from '@marketing-streams/contracts/record';
import type { TopicName } from '@marketing-streams/contracts/topics';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import type { Producer } from '@marketing-streams/stream/kafka/api';
import type { LiveView } from '../view/live-view.ts';
import type { OverlaidCustomer } from '../view/overlay.ts';
import {
  type ActionEvent,
  type ActionPlan,
  type ActionWorld,
  type EngagementEvent,
  type OrderPlacedEvent,
  type ProfileEvent,
  planCustomer,
  planEngagement,
  planOrder,
} from './plan-action.ts';
import type { CustomerRequest, EngagementRequest, OrderRequest } from './request-shapes.ts';

/** Where actions are produced to. */
export type ActionTopics = { readonly profile: string; readonly order: string; readonly engagement: string };

/** The input topics of the catalogue. */
export const ACTION_TOPICS = {
  profile: 'dom.customer.profile.upsert.v1',
  order: 'dom.order.placed.v1',
  engagement: 'dom.activation.delivery.status.v1',
} as const satisfies Record<keyof ActionTopics, TopicName>;

export type ActionCodecs = {
  readonly profile: { readonly encode: (value: ProfileUpsert) => Buffer };
  readonly order: { readonly encode: (value: OrderPlaced) => Buffer };
  readonly engagement: { readonly encode: (value: ActivationDeliveryStatus) => Buffer };
};

/** An action that Kafka has confirmed. */
export type ActionTaken<Event extends ActionEvent = ActionEvent> = {
  readonly plan: ActionPlan<Event>;
  /** The customer as it will be. */
  readonly customer: OverlaidCustomer;
};

/**
 * What people can do. Every action resolves when Kafka has confirmed its record, and rejects with NOT_FOUND for
 * an unknown customer, KAFKA_UNAVAILABLE or REDIS_UNAVAILABLE.
 */
export type Actions = {
  readonly createCustomer: (request: CustomerRequest) => Promise<ActionTaken<ProfileEvent>>;
  readonly order: (customerId: string, request: OrderRequest) => Promise<ActionTaken<OrderPlacedEvent>>;
  readonly engage: (customerId: string, request: EngagementRequest) => Promise<ActionTaken<EngagementEvent>>;
};

export type ActionsOptions = {
  readonly producer: Pick<Producer, 'send'>;
  /** Not null when Kafka is known to be away: then nothing is sent, instead of waiting for a time-out. */
  readonly kafkaProblem: () => string | null;
  readonly topics: ActionTopics;
  readonly codecs: ActionCodecs;
  readonly view: LiveView;
  readonly world: () => ActionWorld;
  /** How long an action is shown as done without its gold record, milliseconds. */
  readonly overlayTimeout: number;
};

const encode = (codecs: ActionCodecs, event: ActionEvent): Buffer => {
  if (event.kind === 'profile') return codecs.profile.encode(event.value);
  if (event.kind === 'order') return codecs.order.encode(event.value);
  return codecs.engagement.encode(event.value);
};

const AWAY = 'Kafka is away, so nothing was sent. Please try again in a moment.';
/** The outcome is unknown: what was sent may have been kept although nobody said so. */
const UNCONFIRMED =
  'Kafka did not confirm in time. Nothing is shown as done; if it was received after all, it appears by itself.';

/** The actions of one web app. */
export const createActions = (options: ActionsOptions): Actions => {
  const { producer, topics, codecs, view, world } = options;

  const produce = async (topic: string, key: string, value: Buffer): Promise<SourceOffset> => {
    if (options.kafkaProblem() !== null) throw new PlatformError('KAFKA_UNAVAILABLE', AWAY);
    try {
      const [position] = await producer.send([{ topic, key, value }]);
      return position!;
    } catch (cause) {
      if (!isPlatformError(cause, 'KAFKA_UNAVAILABLE')) throw cause;
      throw new PlatformError('KAFKA_UNAVAILABLE', UNCONFIRMED, { cause });
    }
  };

  const take = async <Event extends ActionEvent>(plan: ActionPlan<Event>): Promise<ActionTaken<Event>> => {
    const { customer_id, event, label } = plan;
    const position = await produce(topics[event.kind], customer_id, encode(codecs, event));
    const effect = plan.effectAt(position);
    if (effect !== null) {
      const { now, newId } = world();
      await view.take({
        action_id: newId(),
        customer_id,
        label,
        position,
        taken_at: now,
        deadline: now + options.overlayTimeout,
        effect,
      });
    }
    const [customer] = await view.customers([customer_id]);
    return { plan, customer: customer! };
  };

  const known = async (customerId: string): Promise<void> => {
    const [found] = await view.customers([customerId]);
    if (found === undefined || found.customer === null) throw view.missing(customerId);
  };

  return {
    createCustomer: async (request) => {
      // Asks Redis first: without it the new customer could not be shown.
      await view.customers(['']);
      return take(planCustomer(request, world()));
    },
    order: async (customerId, request) => {
      await known(customerId);
      const { order_id } = request;
      const before = order_id === undefined ? null : await view.order(customerId, order_id);
      return take(planOrder(customerId, request, before, world()));
    },
    engage: async (customerId, request) => {
      await known(customerId);
      return take(planEngagement(customerId, request, world()));
    },
  };
};
