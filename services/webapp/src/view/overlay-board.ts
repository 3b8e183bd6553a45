import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import { hasReached } from '@marketing-streams/contracts/source-offsets';
import type { Overlay } from './overlay.ts';

/** The actions under way as this process knows them: a mirror of what Redis holds, read on every page. */
export type OverlayBoard = {
  readonly of: (customerId: string) => readonly Overlay[];
  readonly all: () => readonly Overlay[];
  readonly add: (overlay: Overlay) => void;
  /** Takes out what a gold record covers; gives the ids of those actions. */
  readonly retire: (gold: CustomerGold) => readonly string[];
  /** Takes out the given actions. */
  readonly remove: (actionIds: readonly string[]) => void;
  /**
   * Makes the board hold these, and what was taken after `readAt`, when they were read, and so cannot be among
   * them; gives the customers for whom something came or went.
   */
  readonly replace: (overlays: readonly Overlay[], readAt: number) => readonly string[];
};

/** How long saving an action may have been under way while the saved ones were read. */
const IN_FLIGHT_MILLISECONDS = 1_000;

/** An empty board. */
export const createOverlayBoard = (): OverlayBoard => {
  const byAction = new Map<string, Overlay>();
  const byCustomer = new Map<string, Overlay[]>();

  const add = (overlay: Overlay): void => {
    if (byAction.has(overlay.action_id)) return;
    byAction.set(overlay.action_id, overlay);
    const list = byCustomer.get(overlay.customer_id);
    if (list === undefined) byCustomer.set(overlay.customer_id, [overlay]);
    else {
      list.push(overlay);
      list.sort((a, b) => a.taken_at - b.taken_at);
    }
  };

  const removeOne = (actionId: string): void => {
    const overlay = byAction.get(actionId);
    if (overlay === undefined) return;
    byAction.delete(actionId);
    const left = byCustomer.get(overlay.customer_id)?.filter(({ action_id }) => action_id !== actionId) ?? [];
    if (left.length === 0) byCustomer.delete(overlay.customer_id);
    else byCustomer.set(overlay.customer_id, left);
  };

  return {
    of: (customerId) => byCustomer.get(customerId) ?? [],
    all: () => [...byAction.values()],
    add,
    retire: (gold) => {
      const retired = (byCustomer.get(gold.customer_id) ?? [])
        .filter(({ position }) => hasReached(gold.source_offsets, position))
        .map(({ action_id }) => action_id);
      for (const actionId of retired) removeOne(actionId);
      return retired;
    },
    remove: (actionIds) => {
      for (const actionId of actionIds) removeOne(actionId);
    },
    replace: (overlays, readAt) => {
      const wanted = new Set(overlays.map(({ action_id }) => action_id));
      const gone = [...byAction.values()].filter(
        ({ action_id, taken_at }) => !wanted.has(action_id) && taken_at < readAt - IN_FLIGHT_MILLISECONDS,
      );
      const came = overlays.filter(({ action_id }) => !byAction.has(action_id));
      for (const { action_id } of gone) removeOne(action_id);
      for (const overlay of came) add(overlay);
      return [...new Set([...gone, ...came].map(({ customer_id }) => customer_id))];
    },
  };
};
