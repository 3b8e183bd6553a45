import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode, isPlatformError, messageOf, PlatformError } from './errors.ts';

describe('PlatformError', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('%s takes retriable from the closed set', (code) => {
    expect(new PlatformError(code, 'x').retriable).toBe(ERROR_CODES[code].retriable);
  });

  it('keeps the cause and the details', () => {
    const cause = new Error('socket closed');
    const error = new PlatformError('KAFKA_UNAVAILABLE', 'broker away', {
      cause,
      details: { field: 'broker', value: 'a:1' },
    });
    expect(error.cause).toBe(cause);
    expect(error.details).toEqual({ field: 'broker', value: 'a:1' });
  });

  it('is recognised by code', () => {
    const error: unknown = new PlatformError('FENCED', 'x');
    expect(isPlatformError(error)).toBe(true);
    expect(isPlatformError(error, 'FENCED', 'INTERNAL')).toBe(true);
    expect(isPlatformError(error, 'INTERNAL')).toBe(false);
    expect(isPlatformError(new Error('x'))).toBe(false);
  });

  it('has a message for whatever was thrown', () => {
    expect(messageOf(new Error('a'))).toBe('a');
    expect(messageOf('b')).toBe('b');
  });
});
