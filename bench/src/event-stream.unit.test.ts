import { describe, expect, it } from 'vitest';
import { createEventParser } from './event-stream.ts';

describe('server-sent events', () => {
  it('are told apart however they come in pieces', () => {
    const text =
      'retry: 1000\n\nevent: result\ndata: {"a":1}\n\n: still here\n\ndata: plain\n\nevent: result\ndata: {"a":2}\n\n';
    for (const size of [1, 7, text.length]) {
      const events: string[] = [];
      const parse = createEventParser((name, data) => events.push(`${name} ${data}`));
      for (let start = 0; start < text.length; start += size) parse(text.slice(start, start + size));
      expect(events).toEqual(['result {"a":1}', 'message plain', 'result {"a":2}']);
    }
  });
});
