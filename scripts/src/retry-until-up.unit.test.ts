import { PlatformError } from '@marketing-streams/platform/errors';
import { expect, it } from 'vitest';
import { retryUntilUp } from './retry-until-up.ts';

const away = new PlatformError('KAFKA_UNAVAILABLE', 'connection refused');

const failing = (times: number, error: Error) => {
  let calls = 0;
  return async (): Promise<number> => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
};

it('tries again while the broker is away, and says so once', async () => {
  const said: string[] = [];
  const options = { what: 'Kafka at a:1', pauseMilliseconds: 1, onWait: (text: string) => said.push(text) };
  expect(await retryUntilUp(failing(3, away), options)).toBe(4);
  expect(said).toEqual(['waiting for Kafka at a:1, 0 s so far: connection refused']);
});

it('gives up when the time is over, with the same code', async () => {
  const options = { what: 'Kafka at a:1', pauseMilliseconds: 1, timeoutMilliseconds: 20 };
  await expect(retryUntilUp(failing(1_000, away), options)).rejects.toMatchObject({
    code: 'KAFKA_UNAVAILABLE',
    message: 'Kafka at a:1 did not answer within 0.02 s: connection refused',
  });
});

it('does not try again what will not get better', async () => {
  const wrong = new PlatformError('SCHEMA_INCOMPATIBLE', 'no');
  await expect(retryUntilUp(failing(1, wrong), { what: 'the registry' })).rejects.toBe(wrong);
});
