import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { COMMON_KEYS, SECTIONS } from './config-names.ts';
import { PlatformError } from './errors.ts';

/**
 * Other names people expect to work, and the setting each stands for. The setting's own name wins when both
 * are given; an empty one counts as not given.
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

/** The document as a map. Throws CONFIG_INVALID when it is another thing, or names a section nobody reads. */
const knownSections = (yaml: string, service: string): unknown => {
  const document: unknown = parse(yaml);
  if (document === null || document === undefined) return {};
  if (typeof document !== 'object' || Array.isArray(document)) {
    throw new PlatformError('CONFIG_INVALID', 'config: expected a map of sections');
  }
  const known = ['common', ...SECTIONS];
  refuseUnknown('the file', 'sections', Object.keys(document), [...known, service], known);
  return document;
};

const refuseUnknown = (
  where: string,
  what: 'sections' | 'settings',
  given: readonly string[],
  allowed: readonly string[],
  shown: readonly string[] = allowed,
): void => {
  const unknown = given.filter((name) => !allowed.includes(name));
  if (unknown.length === 0) return;
  throw new PlatformError(
    'CONFIG_INVALID',
    `config: ${where} has unknown ${what} ${unknown.join(', ')}; it knows ${[...shown].sort().join(', ')}`,
  );
};

const section = (document: unknown, name: string): Record<string, unknown> => {
  const value = (document as Record<string, unknown> | null)?.[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new PlatformError('CONFIG_INVALID', `config: section ${name} must be a map of settings`);
  }
  return value as Record<string, unknown>;
};

/** Values that are secret as a whole, whatever is wrong with them. */
const SECRETS: ReadonlySet<string> = new Set(['session_secret']);

/** A value as an error may show it: no secret, and no name and password of a URL (`redis://:password@host`). */
const shown = (key: string, value: unknown): string => {
  if (SECRETS.has(key)) return '(not shown)';
  if (typeof value !== 'string') return JSON.stringify(value);
  return JSON.stringify(value.replace(/^([a-z][a-z\d+.-]*:\/*)?.*@/is, '$1(not shown)@'));
};

const describeIssue = (issue: z.core.$ZodIssue, values: Record<string, unknown>): string => {
  const key = String(issue.path[0] ?? '');
  const environmentName = key.toUpperCase();
  return `${key} (${environmentName}) = ${shown(key, values[key])}: ${issue.message}`;
};

/**
 * The settings of one service: its section of the YAML file laid over `common`, each key overridable by the
 * environment variable of the same name in upper case, checked by the service's zod shape.
 *
 * Environment values are strings: shapes use `z.coerce` for numbers and `z.stringbool()` for switches.
 * Throws CONFIG_INVALID naming every unknown section or key, and every bad value with its reason; secrets and
 * credentials inside URLs are left out.
 */
export const loadConfig = <Shape extends z.ZodRawShape>(
  service: string,
  shape: Shape,
  sources: ConfigSources = fromDisk(),
): z.infer<z.ZodObject<Shape>> => {
  const document = knownSections(sources.yaml, service);
  const common = section(document, 'common');
  const own = section(document, service);
  refuseUnknown('common', 'settings', Object.keys(common), COMMON_KEYS);
  refuseUnknown(service, 'settings', Object.keys(own), Object.keys(shape));
  const environment = { ...sources.environment };
  for (const [alias, name] of Object.entries(ALIASES)) environment[name] ||= environment[alias];
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
