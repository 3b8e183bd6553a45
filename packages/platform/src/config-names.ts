import { commonShape, deltaShape, segmentsShape, taskShape } from './common-config.ts';

/** The sections of the settings file besides `common`: one per process. Another name is a misspelt one. */
export const SECTIONS = [
  'webapp',
  'producer',
  'bronze',
  'silver',
  'gold',
  'scorer',
  'gold-publisher',
  'live',
  'monitor',
  'demo',
  'ksql',
  'topics',
  'schemas',
  'migrate-tasks',
] as const;

/** What may stand in `common`: the settings that more than one process reads. */
export const COMMON_KEYS: readonly string[] = [
  ...Object.keys({ ...commonShape, ...taskShape, ...deltaShape, ...segmentsShape }),
  'redis_url',
  'input_retention',
];
