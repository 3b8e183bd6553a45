import { randomUUID } from 'node:crypto';
import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { TOPICS, type TopicContract, type TopicName } from '@marketing-streams/contracts/topics';
import { expect, it } from 'vitest';
import { registerAllSchemas } from './schemas-register.ts';

const url = process.env['SCHEMA_REGISTRY_URL'] ?? '';

/** The catalogue under names of this test's own. */
const renamed = (): readonly TopicContract[] => {
  const suffix = randomUUID();
  return Object.values(TOPICS).map((contract) => ({
    ...contract,
    name: `${contract.name}.${suffix}` as TopicName,
  }));
};

it('registers every contract under BACKWARD, and again without a change', async () => {
  const contracts = renamed();
  const outcomes = await registerAllSchemas(createSchemaRegistry({ url }), contracts);
  expect(outcomes.map(({ subject }) => subject)).toEqual(
    contracts.filter(({ schema }) => schema !== null).map(({ name }) => `${name}-value`),
  );
  expect(await registerAllSchemas(createSchemaRegistry({ url }), contracts)).toEqual(outcomes);
  for (const { subject } of outcomes) {
    const response = await fetch(`${url}/config/${subject}`);
    expect(await response.json()).toMatchObject({ compatibilityLevel: 'BACKWARD' });
  }
});

it.each<[TopicName, (schema: string) => string, string]>([
  ['dom.order.placed.v1', (schema) => schema.replaceAll('"currency"', '"currency_code"'), 'currency_code'],
  ['dom.customer.gold.v1', (schema) => schema.replaceAll('"evangelist"', '"fan"'), 'lifecycle_stage'],
])(
  'refuses a version of %s that cannot read the former one, naming subject and reason',
  async (topic, change, named) => {
    const contract = renamed().find(({ name }) => name.startsWith(topic));
    if (contract?.schema == null) throw new Error(`${topic} has no schema`);
    const registry = createSchemaRegistry({ url });
    await registerAllSchemas(registry, [contract]);
    const changed = { ...contract, schema: change(contract.schema) };
    const refusal = registerAllSchemas(registry, [changed]);
    await expect(refusal).rejects.toMatchObject({ code: 'SCHEMA_INCOMPATIBLE' });
    await expect(refusal).rejects.toThrow(`${contract.name}-value`);
    await expect(refusal).rejects.toThrow(named);
  },
);
