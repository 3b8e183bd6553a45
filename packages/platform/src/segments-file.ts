import { readFileSync } from 'node:fs';
import {
  SEGMENT_NAME,
  type SegmentDefinition,
  SHIPPED_SEGMENTS,
} from '@marketing-streams/domain/rules/segments';
import { parse } from 'yaml';
import { messageOf, PlatformError } from './errors.ts';
import { invalidEntry, parseRule } from './segment-rule.ts';

const FIELDS = ['name', 'title', 'rule'];

const definitionOf = (entry: unknown, field: string): SegmentDefinition => {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw invalidEntry(field, entry, `expected a map of ${FIELDS.join(', ')}`);
  }
  const { name, title, rule, ...rest } = entry as Record<string, unknown>;
  const [unknown] = Object.entries(rest);
  if (unknown !== undefined) {
    throw invalidEntry(`${field}.${unknown[0]}`, unknown[1], `unknown; a segment has ${FIELDS.join(', ')}`);
  }
  if (typeof name !== 'string' || name.length > 64 || !SEGMENT_NAME.test(name)) {
    throw invalidEntry(
      `${field}.name`,
      name,
      'expected lower-case words joined by hyphens, 64 letters at most',
    );
  }
  if (typeof title !== 'string' || title.trim() === '' || title.length > 80) {
    throw invalidEntry(`${field}.title`, title, 'expected a text of 80 letters at most');
  }
  return { name, title: title.trim(), rule: parseRule(rule, `${field}.rule`) };
};

const entriesIn = (document: unknown): readonly unknown[] => {
  if (document === null || document === undefined) return [];
  if (typeof document !== 'object' || Object.keys(document).join() !== 'segments') {
    throw invalidEntry('the file', document, 'expected one entry, segments, with a list');
  }
  const { segments } = document as { segments: unknown };
  if (segments === null) return [];
  if (!Array.isArray(segments)) throw invalidEntry('segments', segments, 'expected a list');
  return segments;
};

/**
 * The shipped segments and those that a YAML text adds; see `config/segments.yaml` for how they are written.
 * Throws CONFIG_INVALID naming the entry and what stood there, also when a name is taken.
 */
export const parseSegments = (yaml: string): readonly SegmentDefinition[] => {
  const definitions = [...SHIPPED_SEGMENTS];
  const taken = new Set(definitions.map(({ name }) => name));
  entriesIn(parse(yaml)).forEach((entry, index) => {
    const field = `segments[${index}]`;
    const definition = definitionOf(entry, field);
    if (taken.has(definition.name)) {
      throw invalidEntry(`${field}.name`, definition.name, 'another segment has this name');
    }
    taken.add(definition.name);
    definitions.push(definition);
  });
  return definitions;
};

/**
 * All segments: the shipped ones and those of the given YAML file.
 * Throws CONFIG_INVALID that begins with the file's name when it cannot be read or says something impossible.
 */
export const loadSegments = (file: string): readonly SegmentDefinition[] => {
  try {
    return parseSegments(readFileSync(file, 'utf8'));
  } catch (error) {
    const details = error instanceof PlatformError ? error.details : { field: 'segments_file', value: file };
    throw new PlatformError('CONFIG_INVALID', `segments of ${file}: ${messageOf(error)}`, {
      cause: error,
      details,
    });
  }
};
