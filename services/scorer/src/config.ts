import { commonShape, deltaShape, taskShape } from '@marketing-streams/platform/common-config';
import { z } from 'zod';

/** Settings of the scorer. */
export const shape = {
  ...commonShape,
  ...taskShape,
  ...deltaShape,
  /** Hours after which an untouched customer is scored again, since recency changes by itself. */
  rescore_after_hours: z.coerce
    .number()
    .positive()
    .max(24 * 365),
};
