import { commonShape, deltaShape, taskShape } from '@marketing-streams/platform/common-config';

/** Settings of the bronze worker. */
export const shape = { ...commonShape, ...deltaShape, state_dir: taskShape.state_dir };
