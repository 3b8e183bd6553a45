import { commonShape, segmentsShape, taskShape } from '@marketing-streams/platform/common-config';

/** Settings of the live aggregation. */
export const shape = { ...commonShape, ...taskShape, ...segmentsShape };
