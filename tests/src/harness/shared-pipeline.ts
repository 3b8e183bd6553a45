import { accessPipeline, type PipelineAccess, type PipelinePlace } from './pipeline-access.ts';
import type { FurtherServiceName } from './service-process.ts';

/** The variable with the address that answers with the shared pipeline's place; the global setup sets it. */
export const STARTER_VARIABLE = 'MARKETING_STREAMS_PIPELINE_STARTER';

/**
 * The pipeline that all test files of a run share, started by the first one that asks. The `further` services are
 * started in it when the first test wants them, and `caughtUp` waits for theirs too.
 */
export const sharedPipeline = async (
  clientId: string,
  further: readonly FurtherServiceName[] = [],
): Promise<PipelineAccess> => {
  const starter = process.env[STARTER_VARIABLE];
  if (starter === undefined) throw new Error(`${STARTER_VARIABLE} is not set: run this file with Vitest`);
  const response = await fetch(`${starter}?${new URLSearchParams({ further: further.join() })}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`the pipeline did not start: ${text}`);
  return accessPipeline({ ...(JSON.parse(text) as PipelinePlace), further }, clientId);
};
