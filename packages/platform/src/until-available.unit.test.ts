import { describe, expect, it } from 'vitest';
import { PlatformError } from './errors.ts';
import { createLogger } from './logging.ts';
import { untilAvailable } from './until-available.ts';

const logger = createLogger('until-available-test');
logger.level = 'silent';

/** Fails with each of the errors in turn, then gives 7; tells what readiness was told. */
const attempt = (...errors: readonly Error[]) => {
  const told: (string | null)[] = [];
  const left = [...errors];
  const action = async (): Promise<number> => {
    const error = left.shift();
    if (error !== undefined) throw error;
    return 7;
  };
  return { told, result: untilAvailable(action, { onWaiting: (problem) => told.push(problem), logger }) };
};

describe('an outage at the start', () => {
  it('is waited out, and told until it is over', async () => {
    const away = new PlatformError('REGISTRY_UNAVAILABLE', 'the registry is away');
    const full = new PlatformError('DISK_FULL', 'the disk is full');
    const { told, result } = attempt(away, full);
    expect(await result).toBe(7);
    expect(told).toEqual(['the registry is away', 'the disk is full', null]);
  });

  it.each([new PlatformError('CONFIG_INVALID', 'a wrong URL'), new TypeError('a bug')])(
    'is not what %s is: that ends the start',
    async (error) => {
      const { told, result } = attempt(error);
      await expect(result).rejects.toBe(error);
      expect(told).toEqual([]);
    },
  );
});
