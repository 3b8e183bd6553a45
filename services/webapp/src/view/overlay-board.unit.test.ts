import { describe, expect, it } from 'vitest';
import { customerGold, NOON } from '../testing/customer-gold.ts';
import type { Overlay } from './overlay.ts';
import { createOverlayBoard } from './overlay-board.ts';

const action = (action_id: string, customer_id: string, offset: number, taken_at = NOON): Overlay => ({
  action_id,
  customer_id,
  label: action_id,
  position: { topic: 'dom.order.placed.v1', partition: 0, offset },
  taken_at,
  deadline: taken_at + 10_000,
  effect: { kind: 'engagement', channel: 'SMS', status: 'FAILED', occurred_at: taken_at },
});

describe('the board of actions under way', () => {
  it('lists the actions of a customer in the order they were taken', () => {
    const board = createOverlayBoard();
    board.add(action('second', 'a', 2, NOON + 2));
    board.add(action('first', 'a', 1, NOON + 1));
    board.add(action('other', 'b', 3));
    expect(board.of('a').map(({ action_id }) => action_id)).toEqual(['first', 'second']);
  });

  it('retires exactly what a gold record holds', () => {
    const board = createOverlayBoard();
    board.add(action('first', 'a', 1));
    board.add(action('second', 'a', 2));
    const gold = customerGold({
      customer_id: 'a',
      source_offsets: [{ topic: 'dom.order.placed.v1', partition: 0, offset: 1 }],
    });
    expect(board.retire(gold)).toEqual(['first']);
    expect(board.of('a').map(({ action_id }) => action_id)).toEqual(['second']);
    expect(board.retire(gold)).toEqual([]);
  });

  it('takes over what another web app did, and keeps what it just did itself', () => {
    const board = createOverlayBoard();
    board.add(action('old', 'a', 1, NOON - 60_000));
    board.add(action('just taken', 'b', 2, NOON));
    expect([...board.replace([action('elsewhere', 'c', 3)], NOON)].sort()).toEqual(['a', 'c']);
    expect(
      board
        .all()
        .map(({ action_id }) => action_id)
        .sort(),
    ).toEqual(['elsewhere', 'just taken']);
  });
});
