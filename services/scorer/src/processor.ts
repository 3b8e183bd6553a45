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
import {
  type ScoredCustomer,
  sameScore,
  scoreAt,
  scoredCustomer,
  scoredCustomerCodec,
} from './scored-customer.ts';

const INPUT_TOPIC = 'gold.customer_360.v1';
const OUTPUT_TOPIC = 'dom.propensity.score.v1';
const STATE_PREFIX = 'c';

/** How often the scorer looks for scores that have grown old. */
const LOOK_FOR_OLD_SCORES_EVERY_MILLISECONDS = 60_000;
/** Scores given again in one transaction, so that a large task stays responsive. */
const RESCORED_AT_ONCE = 2_000;

const customerIdOf = (stateKey: string): string => stateKey.slice(STATE_PREFIX.length);

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
    const after = scoreAt(row.customer_id, row, record.timestamp);
    // The model is part of the rules' version: a score in the state is one of this model.
    const isUnchanged = before !== undefined && before.score === after.score;
    state.put(stateKey, scoredCustomer(row, isUnchanged ? before : after));
    return isUnchanged ? drop('unchanged') : ok(null, [scoreOutput(dependencies, after)]);
  };

/** Scores customers again whose score is older than the setting. */
const rescoreOldScores = (dependencies: ScorerDependencies): Timer => ({
  name: 'rescore-old-scores',
  clock: 'wall-clock',
  everyMilliseconds: LOOK_FOR_OLD_SCORES_EVERY_MILLISECONDS,
  run: ({ state, now }: TaskContext) => {
    const old: (readonly [stateKey: string, ScoredCustomer])[] = [];
    for (const entry of state.range<ScoredCustomer>(STATE_PREFIX)) {
      if (entry[1].scored_at + dependencies.rescoreAfterMilliseconds > now) continue;
      old.push(entry);
      if (old.length === RESCORED_AT_ONCE) break;
    }
    return old.map(([stateKey, customer]) => {
      const score = scoreAt(customerIdOf(stateKey), customer, now);
      state.put(stateKey, scoredCustomer(customer, score));
      return scoreOutput(dependencies, score);
    });
  },
});

function* scoredRows(dependencies: ScorerDependencies, state: StateView): Iterable<Output> {
  for (const [stateKey, customer] of state.range<ScoredCustomer>(STATE_PREFIX))
    yield scoreOutput(dependencies, scoreAt(customerIdOf(stateKey), customer, customer.scored_at));
}

/** Propensity scores from the gold customer 360. */
export const scorerProcessor = (dependencies: ScorerDependencies): ProcessorDefinition => ({
  name: 'scorer',
  ruleVersion: `scorer-1+${PROPENSITY_MODEL_VERSION}`,
  state: { [STATE_PREFIX]: scoredCustomerCodec },
  // A score is no news of its own; ten transactions a second are enough.
  paceMilliseconds: 100,
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
          if (record.value === null) {
            state.remove(stateKey);
            return;
          }
          const row = dependencies.customer360.decode(record.value);
          state.put(stateKey, scoredCustomer(row, scoreAt(row.customer_id, row, record.timestamp)));
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
