import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { PlatformError } from './errors.ts';

/**
 * Other names people expect to work, and the setting each stands for. The setting's own name wins when both
 * are given.
 */
const ALIASES: Readonly<Record<string, string>> = { KAFKA_BROKER: 'KAFKA_BOOTSTRAP_SERVERS' };

/** Where settings come from; replaced in tests. */
export type ConfigSources = {
  readonly yaml: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

const fromDisk = (): ConfigSources => ({
  yaml: readFileSync(
    process.env['CONFIG_FILE'] ?? new URL('../../../config/default.yaml', import.meta.url),
    'utf8',
  ),
  environment: process.env,
});

const section = (document: unknown, name: string): Record<string, unknown> => {
  const value = (document as Record<string, unknown> | null)?.[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new PlatformError('CONFIG_INVALID', `config: section ${name} must be a map of settings`);
  }
  return value as Record<string, unknown>;
};

const describeIssue = (issue: z.core.$ZodIssue, values: Record<string, unknown>): string => {
  const key = String(issue.path[0] ?? '');
  const environmentName = key.toUpperCase();
  return `${key} (${environmentName}) = ${JSON.stringify(values[key])}: ${issue.message}`;
};

/**
 * The settings of one service: its section of the YAML file laid over `common`, each key overridable by the
 * environment variable of the same name in upper case, checked by the service's zod shape.
 *
 * Environment values are strings: shapes use `z.coerce` for numbers and `z.stringbool()` for switches.
 * Throws CONFIG_INVALID naming every unknown key and every bad value with its reason.
 */
export const loadConfig = <Shape extends z.ZodRawShape>(
  service: string,
  shape: Shape,
  sources: ConfigSources = fromDisk(),
): z.infer<z.ZodObject<Shape>> => {
  const document: unknown = parse(sources.yaml);
  const common = section(document, 'common');
  const own = section(document, service);
  const unknown = Object.keys(own).filter((key) => !(key in shape));
  if (unknown.length > 0) {
    throw new PlatformError(
      'CONFIG_INVALID',
      `config: ${service} has unknown settings ${unknown.join(', ')}; it knows ${Object.keys(shape).sort().join(', ')}`,
    );
  }
  const environment = { ...sources.environment };
  for (const [alias, name] of Object.entries(ALIASES)) environment[name] ??= environment[alias];
  const values: Record<string, unknown> = {};
  for (const key of Object.keys(shape)) {
    const fromEnvironment = environment[key.toUpperCase()];
    const value =
      fromEnvironment === undefined || fromEnvironment === '' ? (own[key] ?? common[key]) : fromEnvironment;
    if (value !== undefined && value !== null) values[key] = value;
  }
  const result = z.object(shape).safeParse(values);
  if (result.success) return result.data;
  throw new PlatformError(
    'CONFIG_INVALID',
    `config of ${service}: ${result.error.issues.map((issue) => describeIssue(issue, values)).join('; ')}`,
    { cause: result.error },
  );
};
