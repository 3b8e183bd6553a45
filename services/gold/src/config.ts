import { commonShape, deltaShape, taskShape } from '@marketing-streams/platform/common-config';

/** Settings of the gold worker. */
export const shape = { ...commonShape, ...taskShape, ...deltaShape };
