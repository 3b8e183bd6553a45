import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SourceOffset } from '@marketing-streams/contracts/record';
import type { TopicName } from '@marketing-streams/contracts/topics';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Producer } from '@marketing-streams/stream/kafka/api';
import type { LiveView } from '../view/live-view.ts';
import { type OverlaidCustomer, type Overlay, withAction } from '../view/overlay.ts';
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
 * an unknown customer, KAFKA_UNAVAILABLE, or REDIS_UNAVAILABLE when Redis was away before anything was sent.
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
  readonly logger: Logger;
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

  /** The customer with a confirmed action shown as done; `before` is how it was when the action was taken. */
  const show = async (
    customerId: string,
    overlay: Overlay | null,
    before: OverlaidCustomer,
  ): Promise<OverlaidCustomer> => {
    try {
      if (overlay !== null) await view.take(overlay);
      const [customer] = await view.customers([customerId]);
      return customer!;
    } catch (error) {
      // The record is in Kafka: whoever is told that it failed sends it again, and doubles it.
      if (!isPlatformError(error, 'REDIS_UNAVAILABLE')) throw error;
      options.logger.warn(
        { reason: error.message, customer_id: customerId },
        'a confirmed action is not shown until its gold record comes',
      );
      return overlay === null ? before : withAction(before, overlay);
    }
  };

  const take = async <Event extends ActionEvent>(
    plan: ActionPlan<Event>,
    before: OverlaidCustomer,
  ): Promise<ActionTaken<Event>> => {
    const { customer_id, event, label } = plan;
    const position = await produce(topics[event.kind], customer_id, encode(codecs, event));
    const effect = plan.effectAt(position);
    const { now, newId } = world();
    const overlay: Overlay | null =
      effect === null
        ? null
        : {
            action_id: newId(),
            customer_id,
            label,
            position,
            taken_at: now,
            deadline: now + options.overlayTimeout,
            effect,
          };
    return { plan, customer: await show(customer_id, overlay, before) };
  };

  const known = async (customerId: string): Promise<OverlaidCustomer> => {
    const [found] = await view.customers([customerId]);
    if (found === undefined || found.customer === null) throw view.missing(customerId);
    return found;
  };

  return {
    createCustomer: async (request) => {
      // Asks Redis first: without it the new customer could not be shown.
      await view.customers(['']);
      return take(planCustomer(request, world()), { customer: null, pending: [], overdue: [] });
    },
    order: async (customerId, request) => {
      const customer = await known(customerId);
      const { order_id } = request;
      const before = order_id === undefined ? null : await view.order(customerId, order_id);
      return take(planOrder(customerId, request, before, world()), customer);
    },
    engage: async (customerId, request) => {
      const customer = await known(customerId);
      return take(planEngagement(customerId, request, world()), customer);
    },
  };
};
