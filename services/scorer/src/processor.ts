import type { AvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { PropensityScore } from '@marketing-streams/contracts/generated/propensity-score';
import type { JsonCodec } from '@marketing-streams/contracts/json-codec';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import { PROPENSITY_MODEL_VERSION } from '@marketing-streams/domain/propensity/score';
import { from } from '@marketing-streams/stream/pipeline';
import type { ProcessorDefinition, TaskContext, Timer } from '@marketing-streams/stream/processor';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { drop, type Output, ok, type Step } from '@marketing-streams/stream/step';
import { decodeOrTombstone } from '@marketing-streams/stream/steps/decode';
import { requireKey } from '@marketing-streams/stream/steps/require-key';
import { rescoreCustomer, type ScoredCustomer, sameScore, scoreCustomer } from './scored-customer.ts';

const INPUT_TOPIC = 'gold.customer_360.v1';
const OUTPUT_TOPIC = 'dom.propensity.score.v1';
const STATE_PREFIX = 'customer/';

/** How often the scorer looks for scores that have grown old. */
const LOOK_FOR_OLD_SCORES_EVERY_MILLISECONDS = 60_000;
/** Scores given again in one transaction, so that a large task stays responsive. */
const RESCORED_AT_ONCE = 2_000;

export type ScorerDependencies = {
  readonly customer360: AvroCodec<GoldCustomer360>;
  readonly scores: JsonCodec<PropensityScore>;
  readonly partitions: number;
  readonly rescoreAfterMilliseconds: number;
};

const scoreOutput = (dependencies: ScorerDependencies, score: PropensityScore): Output => ({
  topic: OUTPUT_TOPIC,
  key: score.customer_id,
  partition: partitionOf(score.customer_id, dependencies.partitions),
  value: () => dependencies.scores.encode(score),
  latestOnly: true,
});

/**
 * Scores the customer as of the time its 360 was published, which a replay sees again; a score that says what
 * the last one said is not published.
 */
const scorePropensity = (dependencies: ScorerDependencies): Step<GoldCustomer360 | null, null> =>
  function scorePropensity(row, { record, state }) {
    const customerId = record.key?.toString('utf8') ?? '';
    const stateKey = STATE_PREFIX + customerId;
    if (row === null) {
      state.remove(stateKey);
      const { partition } = record;
      return ok(null, [{ topic: OUTPUT_TOPIC, key: customerId, partition, value: null, latestOnly: true }]);
    }
    const before = state.get<ScoredCustomer>(stateKey);
    const after = scoreCustomer(row, record.timestamp);
    const unchanged = before !== undefined && sameScore(before.score, after.score);
    state.put(stateKey, unchanged ? { features: after.features, score: before.score } : after);
    return unchanged ? drop('unchanged') : ok(null, [scoreOutput(dependencies, after.score)]);
  };

/** Scores customers again whose score is older than the setting. */
const rescoreOldScores = (dependencies: ScorerDependencies): Timer => ({
  name: 'rescore-old-scores',
  clock: 'wall-clock',
  everyMilliseconds: LOOK_FOR_OLD_SCORES_EVERY_MILLISECONDS,
  run: ({ state, now }: TaskContext) => {
    const old: ScoredCustomer[] = [];
    for (const [, customer] of state.range<ScoredCustomer>(STATE_PREFIX)) {
      if (customer.score.scored_at + dependencies.rescoreAfterMilliseconds > now) continue;
      old.push(customer);
      if (old.length === RESCORED_AT_ONCE) break;
    }
    return old.map((customer) => {
      const rescored = rescoreCustomer(customer, now);
      state.put(STATE_PREFIX + rescored.score.customer_id, rescored);
      return scoreOutput(dependencies, rescored.score);
    });
  },
});

function* scoredRows(dependencies: ScorerDependencies, state: StateView): Iterable<Output> {
  for (const [, { score }] of state.range<ScoredCustomer>(STATE_PREFIX))
    yield scoreOutput(dependencies, score);
}

/** Propensity scores from the gold customer 360. */
export const scorerProcessor = (dependencies: ScorerDependencies): ProcessorDefinition => ({
  name: 'scorer',
  ruleVersion: `scorer-1+${PROPENSITY_MODEL_VERSION}`,
  pipelines: [
    from(INPUT_TOPIC, { prepare: dependencies.customer360.prepare })
      .through(requireKey)
      .through(decodeOrTombstone(dependencies.customer360))
      .through(scorePropensity(dependencies))
      .build(),
  ],
  timers: [rescoreOldScores(dependencies)],
  rebuild: {
    sources: [
      {
        topic: INPUT_TOPIC,
        prepare: dependencies.customer360.prepare,
        load: (record, state) => {
          const stateKey = STATE_PREFIX + (record.key?.toString('utf8') ?? '');
          if (record.value === null) state.remove(stateKey);
          else
            state.put(
              stateKey,
              scoreCustomer(dependencies.customer360.decode(record.value), record.timestamp),
            );
        },
      },
    ],
    comparisons: [
      {
        topic: OUTPUT_TOPIC,
        rows: ({ state }) => scoredRows(dependencies, state),
        same: (published, rebuilt) =>
          sameScore(dependencies.scores.decode(published), dependencies.scores.decode(rebuilt)),
      },
    ],
  },
});
