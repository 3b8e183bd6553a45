import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { switchSetting } from './common-config.ts';
import { loadConfig } from './config.ts';
import { isPlatformError } from './errors.ts';

const shape = {
  rate: z.coerce.number().int().min(1),
  kafka_bootstrap_servers: z.string(),
  reset: switchSetting.default(false),
};
const yaml = 'common:\n  kafka_bootstrap_servers: a:1\n  other: 1\nproducer:\n  rate: 5\n';

const problemOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isPlatformError(error, 'CONFIG_INVALID')) return error.message;
    throw error;
  }
  throw new Error('expected CONFIG_INVALID');
};

describe('loadConfig', () => {
  it('lays the section over common and fills defaults', () => {
    expect(loadConfig('producer', shape, { yaml, environment: {} })).toEqual({
      rate: 5,
      kafka_bootstrap_servers: 'a:1',
      reset: false,
    });
  });

  it('lets the environment win, an alias included', () => {
    const environment = { RATE: '7', KAFKA_BROKER: 'b:2', RESET: 'on' };
    expect(loadConfig('producer', shape, { yaml, environment })).toEqual({
      rate: 7,
      kafka_bootstrap_servers: 'b:2',
      reset: true,
    });
  });

  it('prefers a setting’s own name over its alias', () => {
    const environment = { KAFKA_BROKER: 'b:2', KAFKA_BOOTSTRAP_SERVERS: 'c:3' };
    expect(loadConfig('producer', shape, { yaml, environment }).kafka_bootstrap_servers).toBe('c:3');
  });

  it('names a bad value, its setting and the reason', () => {
    const message = problemOf(() => loadConfig('producer', shape, { yaml, environment: { RATE: 'many' } }));
    expect(message).toContain('rate (RATE) = "many"');
  });

  it('names unknown settings of the section', () => {
    const message = problemOf(() =>
      loadConfig('producer', shape, { yaml: 'producer:\n  raet: 5\n', environment: {} }),
    );
    expect(message).toContain('unknown settings raet');
  });

  it('refuses a section that is not a map', () => {
    expect(
      problemOf(() => loadConfig('producer', shape, { yaml: 'producer: [1]', environment: {} })),
    ).toContain('producer');
  });
});
