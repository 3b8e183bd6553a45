import { describe, expect, it } from 'vitest';
import { createRush } from './rush.ts';

const open = () => {
  const world = { now: 0, delivered: 0, missing: 0 };
  const isRush = createRush(
    () => world,
    () => world.now,
  );
  /** Seconds pass in which so many records are delivered. */
  const pass = (seconds: number, delivered = 0): boolean => {
    world.now += seconds * 1000;
    world.delivered += delivered;
    return isRush();
  };
  return { world, pass };
};

describe('a rush', () => {
  it('is on while much is missing, and for a while after', () => {
    const { world, pass } = open();
    world.missing = 10_000;
    expect(pass(1)).toBe(true);
    world.missing = 9_999;
    expect(pass(9)).toBe(true);
    expect(pass(1)).toBe(false);
  });

  it('is on while the sink takes much, although nothing is missing', () => {
    const { pass } = open();
    expect(pass(1, 100_000)).toBe(false);
    expect(pass(1, 0)).toBe(true);
    expect(pass(9)).toBe(true);
    expect(pass(1)).toBe(false);
  });

  it('is not what live traffic brings, nor a look after a long time', () => {
    const { pass } = open();
    for (let second = 0; second < 10; second++) expect(pass(1, 900)).toBe(false);
    expect(pass(600, 540_000)).toBe(false);
  });

  it('is not on when partitions went to another process', () => {
    const { pass } = open();
    expect(pass(2, 1_000)).toBe(false);
    expect(pass(2, -1_000)).toBe(false);
    expect(pass(2, 1_999)).toBe(false);
    expect(pass(2, 2_000)).toBe(true);
  });

  it('does not keep tables from being merged for longer than two minutes, and counts again after a calm', () => {
    const { world, pass } = open();
    expect(pass(2, 4_000)).toBe(true);
    for (let second = 2; second < 120; second += 2) expect(pass(2, 4_000)).toBe(true);
    for (let minute = 0; minute < 10; minute++) expect(pass(2, 4_000)).toBe(false);
    world.missing = 10_000;
    expect(pass(2)).toBe(false);
    world.missing = 0;
    expect(pass(11)).toBe(false);
    expect(pass(2, 4_000)).toBe(true);
  });
});
