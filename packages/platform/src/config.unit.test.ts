import { readFileSync } from 'node:fs';
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
const yaml = 'common:\n  kafka_bootstrap_servers: a:1\n  tasks: 3\nproducer:\n  rate: 5\n';

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

  it('takes an empty value for one not given, before an alias too', () => {
    const environment = { RATE: '', KAFKA_BROKER: 'b:2', KAFKA_BOOTSTRAP_SERVERS: '' };
    expect(loadConfig('producer', shape, { yaml, environment })).toMatchObject({
      rate: 5,
      kafka_bootstrap_servers: 'b:2',
    });
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

  it('names unknown settings of common and unknown sections', () => {
    const problemWith = (text: string) =>
      problemOf(() => loadConfig('producer', shape, { yaml: text, environment: {} }));
    expect(problemWith('common:\n  kafka_bootstrap_server: a:1\n')).toContain(
      'common has unknown settings kafka_bootstrap_server; it knows delta_dir,',
    );
    expect(problemWith(`${yaml}goldpublisher:\n  tasks: 3\n`)).toContain('unknown sections goldpublisher');
    expect(problemWith('just a text')).toContain('expected a map of sections');
  });

  it('knows every section and setting of the file that is shipped', () => {
    const shipped = readFileSync(new URL('../../../config/default.yaml', import.meta.url), 'utf8');
    const topics = { partitions: z.number() };
    expect(loadConfig('topics', topics, { yaml: shipped, environment: {} })).toEqual({ partitions: 6 });
  });

  it.each([
    ['SESSION_SECRET', 'hunter2'],
    ['REDIS_URL', 'http://admin:hunter2@redis:6379'],
    ['REDIS_URL', 'redis:admin:hun/ter2@hunter2@redis'],
    ['REDIS_URL', 'admin:hunter2@redis:6379'],
  ])('shows no secret of a bad %s = %s', (name, value) => {
    const secrets = {
      session_secret: z.string().min(16).default('long enough to be one'),
      redis_url: z
        .url({ protocol: /^rediss?$/ })
        .regex(/^redis:\/\//)
        .default('redis://redis'),
    };
    const message = problemOf(() =>
      loadConfig('webapp', secrets, { yaml: '', environment: { [name]: value } }),
    );
    expect(message).toContain(`(${name}) = `);
    expect(message).toContain('(not shown)');
    expect(message).not.toMatch(/hun/);
  });

  it('refuses a section that is not a map', () => {
    expect(
      problemOf(() => loadConfig('producer', shape, { yaml: 'producer: [1]', environment: {} })),
    ).toContain('producer');
  });
});
