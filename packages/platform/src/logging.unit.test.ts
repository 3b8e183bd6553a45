import { describe, expect, it } from 'vitest';
import { createLogger } from './logging.ts';

const logged = (level: string | undefined, complains = true) => {
  const lines: Record<string, unknown>[] = [];
  const output = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { logger: createLogger('silver', { level, output, complains }), lines };
};

describe('createLogger', () => {
  it('takes the level it is told, and info when none or an empty one is given', () => {
    expect(logged('debug').logger.level).toBe('debug');
    expect(logged('silent').logger.level).toBe('silent');
    expect(logged(undefined).logger.level).toBe('info');
    expect(logged('')).toMatchObject({ logger: { level: 'info' }, lines: [] });
  });

  it('says in one line that a level does not exist, and goes on with info', () => {
    const { logger, lines } = logged('verbose');
    logger.info('started');
    logger.debug('not wanted');
    expect(lines).toMatchObject([
      { level: 'warn', service: 'silver', code: 'CONFIG_INVALID', msg: expect.stringContaining('"verbose"') },
      { level: 'info', msg: 'started' },
    ]);
  });

  it('leaves the complaint to the main thread', () => {
    const { logger, lines } = logged('verbose', false);
    expect(logger.level).toBe('info');
    expect(lines).toEqual([]);
  });
});
