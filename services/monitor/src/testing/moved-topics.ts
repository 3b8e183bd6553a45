import type { ProcessorDefinition } from '@marketing-streams/stream/processor';
import type { Output } from '@marketing-streams/stream/step';

/**
 * A processor under another name and on other topics, so that a test has a cluster's group and topics to itself. Its
 * steps see the names they know.
 */
export const movedTopics = (
  definition: ProcessorDefinition,
  nameOf: (name: string) => string,
): ProcessorDefinition => {
  const moved = (outputs: readonly Output[]): readonly Output[] =>
    outputs.map((output) => ({ ...output, topic: nameOf(output.topic) }));
  return {
    ...definition,
    name: nameOf(definition.name),
    pipelines: definition.pipelines.map((pipeline) => ({
      ...pipeline,
      topic: nameOf(pipeline.topic),
      run: (context, progress) => {
        const record = { ...context.record, topic: pipeline.topic };
        const result = pipeline.run({ ...context, record }, progress);
        return result.kind === 'ok' ? { ...result, outputs: moved(result.outputs) } : result;
      },
    })),
    timers: (definition.timers ?? []).map((timer) => ({
      ...timer,
      run: (context) => moved(timer.run(context)),
    })),
    rebuild: {
      sources: (definition.rebuild?.sources ?? []).map((source) => ({
        ...source,
        topic: nameOf(source.topic),
      })),
      comparisons: [],
    },
  };
};
