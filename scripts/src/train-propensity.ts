import { writeFileSync } from 'node:fs';
import { SETTINGS, train } from './train-propensity-model.ts';
import { modelCard, modelSource } from './train-propensity-report.ts';

/** Trains the propensity model and writes it and its model card where they are kept. */
const training = train(SETTINGS);
writeFileSync(
  new URL('../../packages/domain/src/propensity/model-v1.ts', import.meta.url),
  modelSource(training.model),
);
writeFileSync(new URL('../../docs/model-card-propensity.md', import.meta.url), modelCard(training));
process.stdout.write(`${JSON.stringify(training.model.held_out)}\n`);
