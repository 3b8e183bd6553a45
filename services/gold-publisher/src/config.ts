import { commonShape, taskShape } from '@marketing-streams/platform/common-config';

/** Settings of the gold publisher. */
export const shape = { ...commonShape, ...taskShape };
