import { describe, expect, test, vi } from 'vitest';
import { renderRow, statusBoard } from './status-board.ts';

const recording = (terminal: { isTTY?: boolean; rows?: number; columns?: number } = {}) => {
  const writes: string[] = [];
  return { output: { ...terminal, write: (text: string) => writes.push(text) }, writes };
};

describe('a line', () => {
  test('names process, state, process id and restarts, and fits the terminal', () => {
    const row = { name: 'gold', state: 'ready', pid: 41, restarts: 2 };
    expect(renderRow(row, 6, 100)).toBe('  gold    ready  process 41, 2 restarts');
    expect(renderRow({ ...row, pid: null, restarts: 0 }, 4, 100)).toBe('  gold  ready');
    expect(renderRow(row, 6, 20)).toHaveLength(19);
  });
});

describe('off a terminal', () => {
  test('a line is written when a state changes, and only then', () => {
    const { output, writes } = recording();
    const board = statusBoard(['gold', 'silver'], output);
    board.update('gold', { state: 'starting' });
    board.update('gold', { pid: 7 });
    board.update('gold', { state: 'starting' });
    board.update('gold', { state: 'ready' });
    board.update('gold', { state: 'stopping' }, 'silently');
    board.line('hello');
    board.close();
    expect(writes).toEqual(['  gold    starting\n', '  gold    ready  process 7\n', 'hello\n']);
  });
});

describe('on a terminal', () => {
  test('many changes are one redraw in place, and a line that stays goes above the board', () => {
    vi.useFakeTimers();
    try {
      const { output, writes } = recording({ isTTY: true, rows: 24, columns: 80 });
      const board = statusBoard(['gold', 'silver'], output);
      for (let pid = 1; pid <= 100; pid++) board.update('gold', { state: 'ready', pid });
      vi.advanceTimersByTime(1000);
      expect(writes).toEqual(['  gold    ready  process 100\n  silver  waiting\n']);
      board.line('ready http://localhost:5000');
      expect(writes[1]).toBe('\u001b[2A\r\u001b[Jready http://localhost:5000\n');
      expect(writes[2]).toBe(writes[0]);
    } finally {
      vi.useRealTimers();
    }
  });
});
