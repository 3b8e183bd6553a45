import { randomBytes } from 'node:crypto';

/**
 * A cluster id as Kafka makes them: 16 random bytes in URL-safe base64. One that begins with a dash is passed
 * over, as Kafka's own `Uuid.randomUuid` does, because its tools would take it for an option.
 */
export const newClusterId = (random: (size: number) => Buffer = randomBytes): string => {
  const id = random(16).toString('base64url');
  return id.startsWith('-') ? newClusterId(random) : id;
};
