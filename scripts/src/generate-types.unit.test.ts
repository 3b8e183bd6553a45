import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GENERATED_FOLDER, generateModules } from './generate-types.ts';
import { modelOfAvro } from './generate-types-avro.ts';
import { modelOfJsonSchema } from './generate-types-json.ts';
import { renderModules } from './generate-types-render.ts';

const record = (name: string, fields: readonly unknown[]): string =>
  JSON.stringify({ type: 'record', name, doc: `A ${name}.`, fields });

describe('the checked-in types', () => {
  it('are what the schemas call for, byte for byte: run `npm run generate` if not', () => {
    const checkedIn = new Map(
      readdirSync(GENERATED_FOLDER)
        .sort()
        .map((file) => [file, readFileSync(new URL(file, GENERATED_FOLDER), 'utf8')]),
    );
    const generated = generateModules();
    expect([...generated.keys()].sort()).toEqual([...checkedIn.keys()]);
    for (const [file, text] of generated) expect(checkedIn.get(file), file).toBe(text);
  });
});

describe('generation from Avro', () => {
  it('maps logical types, unions, lists, maps and nested types', () => {
    const amount = { type: 'bytes', logicalType: 'decimal', precision: 18, scale: 2 };
    const schema = record('PriceList', [
      { name: 'prices', doc: 'By country.', type: { type: 'map', values: amount } },
      { name: 'since', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }] },
      { name: 'tags', type: { type: 'array', items: ['null', 'string'] } },
      { name: 'kind', type: { type: 'enum', name: 'PriceKind', symbols: ['NET', 'GROSS'] } },
      { name: 'other_kind', type: 'PriceKind' },
    ]);
    const modules = renderModules([modelOfAvro('price.list.v1.avsc', schema)]);
    expect([...modules.keys()]).toEqual(['price-kind.ts', 'price-list.ts']);
    const text = modules.get('price-list.ts');
    expect(text).toContain('/** By country. */\n  readonly prices: Readonly<Record<string, Cents>>;');
    expect(text).toContain('readonly since: EpochMilliseconds | null;');
    expect(text).toContain('readonly tags: readonly (string | null)[];');
    expect(text).toContain('readonly kind: PriceKind;');
    expect(text).toContain('readonly other_kind: PriceKind;');
    expect(text).toContain("import type { Cents } from '@marketing-streams/domain/money';");
    expect(modules.get('price-kind.ts')).toContain("export type PriceKind = 'NET' | 'GROSS';");
  });

  it('refuses two different types under one name', () => {
    const one = modelOfAvro('a.avsc', record('Price', [{ name: 'net', type: 'int' }]));
    const other = modelOfAvro('b.avsc', record('Price', [{ name: 'gross', type: 'int' }]));
    expect(() => renderModules([one, other])).toThrow('two different types are named Price');
  });

  it('refuses a logical type it does not know', () => {
    const schema = record('Price', [{ name: 'day', type: { type: 'int', logicalType: 'date' } }]);
    expect(() => modelOfAvro('a.avsc', schema)).toThrow('no TypeScript type for the logical type date');
  });
});

describe('generation from JSON Schema', () => {
  it('maps formats, nullable and optional properties, values and nested objects', () => {
    const schema = JSON.stringify({
      title: 'Offer',
      type: 'object',
      properties: {
        price: { type: 'number', format: 'decimal-18-2' },
        ends_at: { type: ['integer', 'null'], format: 'timestamp-millis' },
        note: { type: 'string' },
        kind: { title: 'OfferKind', type: 'string', enum: ['flash', 'loyalty'] },
        article: {
          anyOf: [
            { type: 'null' },
            { title: 'Article', type: 'object', properties: { sku: { type: 'string' } } },
          ],
        },
      },
      required: ['price', 'ends_at', 'kind', 'article'],
    });
    const text = renderModules([modelOfJsonSchema('offer.v1.schema.json', schema)]).get('offer.ts');
    expect(text).toContain('readonly price: Cents;');
    expect(text).toContain('readonly ends_at: EpochMilliseconds | null;');
    expect(text).toContain('readonly note?: string | undefined;');
    expect(text).toContain('readonly kind: OfferKind;');
    expect(text).toContain('readonly article: Article | null;');
  });
});
