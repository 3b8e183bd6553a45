import { describe, expect, it } from 'vitest';
import { type HopLook, type HopMemory, remember, STANDING_MILLISECONDS, stateOf } from './hop-state.ts';

const look = (at: number, fields: Partial<HopLook> = {}): HopLook => ({
  at,
  hasMembers: true,
  hasPositions: true,
  position: 0,
  unread: 0,
  ...fields,
});

const after = (...looks: readonly HopLook[]): HopMemory =>
  looks.reduce<HopMemory | undefined>(remember, undefined)!;

describe('a hop', () => {
  it('has caught up when nothing is left to read, however long ago it moved', () => {
    expect(stateOf(after(look(0), look(60_000)))).toBe('caught-up');
  });

  it('works as long as it moves, and stands still when it has not for a while', () => {
    const behind = { unread: 5 };
    const moving = [look(0, behind), look(STANDING_MILLISECONDS, { ...behind, position: 10 })];
    expect(stateOf(after(...moving))).toBe('working');
    const still = { ...behind, position: 10 };
    const later = look(2 * STANDING_MILLISECONDS - 1, still);
    expect(stateOf(after(...moving, later))).toBe('working');
    expect(stateOf(after(...moving, later, look(2 * STANDING_MILLISECONDS, still)))).toBe('standing');
  });

  it('does not stand still when something came only just now', () => {
    expect(stateOf(after(look(0), look(60_000, { unread: 3 }), look(61_000, { unread: 3 })))).toBe('working');
  });

  it('is stopped or was never there when nobody runs it', () => {
    expect(stateOf(after(look(0, { hasMembers: false, unread: 4 })))).toBe('stopped');
    expect(stateOf(after(look(0, { hasMembers: false, hasPositions: false, unread: 4 })))).toBe('absent');
  });

  it('reads so many records a second', () => {
    expect(after(look(0), look(2_000, { position: 500 })).rate).toBe(250);
    expect(after(look(0), look(2_000, { position: 500 }), look(3_000, { position: 500 })).rate).toBe(0);
  });
});
