import { commonShape, taskShape } from '@marketing-streams/platform/common-config';

/** Settings of the monitor. */
export const shape = { ...commonShape, ...taskShape };
