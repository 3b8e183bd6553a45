import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeProfile, PROFILE_FIELDS, type ProfilePatch, type ProfileRow } from './profile.ts';

const TOPIC = 'dom.customer.profile.upsert.v1';
const NOTHING: ProfilePatch = {
  customer_id: 'c1',
  email: null,
  first_name: null,
  last_name: null,
  phone: null,
  is_active: null,
  lifecycle_stage: null,
  source: 'webapp',
  updated_at: 0,
};
type Positioned = { readonly patch: ProfilePatch; readonly partition: number; readonly offset: number };

const at = (offset: number, updated_at: number, said: Partial<ProfilePatch>): Positioned => ({
  patch: { ...NOTHING, updated_at, ...said },
  partition: 0,
  offset,
});

const fold = (records: readonly Positioned[]): ProfileRow | undefined =>
  records.reduce<ProfileRow | undefined>(
    (row, { patch, partition, offset }) =>
      mergeProfile(row, patch, { topic: TOPIC, partition, offset }) ?? row,
    undefined,
  );

const facts = (row: ProfileRow | undefined) => {
  const { source_offsets, ...rest } = row ?? { source_offsets: [] };
  return rest;
};

/** Records at places of their own; no two say the same, so only (updated_at, offset) can decide. */
const differing = fc
  .uniqueArray(
    fc.record({
      partition: fc.nat(1),
      offset: fc.nat(30),
      updated_at: fc.nat(5),
      said: fc.subarray(['email', 'first_name', 'last_name', 'phone', 'lifecycle_stage'] as const),
    }),
    { selector: ({ partition, offset }) => `${partition}/${offset}`, maxLength: 8 },
  )
  .map((records) =>
    records.map(({ partition, offset, updated_at, said }): Positioned => {
      const word = `${partition}/${offset}`;
      const values = Object.fromEntries(said.map((field) => [field, word]));
      return { patch: { ...NOTHING, ...values, source: word, updated_at }, partition, offset };
    }),
  );

const shuffledWithRepeats = (records: readonly Positioned[]) =>
  fc
    .tuple(
      fc.shuffledSubarray([...records], { minLength: records.length }),
      fc.array(fc.nat(), { maxLength: 5 }),
    )
    .map(([shuffled, repeats]) =>
      records.length === 0 ? [] : [...shuffled, ...repeats.map((index) => records[index % records.length]!)],
    );

describe('mergeProfile', () => {
  it('gives the same row for every order of arrival and every repetition', () => {
    fc.assert(
      fc.property(
        differing.chain((records) => fc.tuple(fc.constant(records), shuffledWithRepeats(records))),
        ([records, arrived]) => {
          expect(facts(fold(arrived))).toEqual(facts(fold(records)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes every field from the newest patch that carries it', () => {
    fc.assert(
      fc.property(differing, (records) => {
        const row = fold(records);
        for (const field of PROFILE_FIELDS) {
          const newest = records
            .filter(({ patch }) => patch[field] !== null)
            .toSorted(
              (a, b) =>
                b.patch.updated_at - a.patch.updated_at || b.offset - a.offset || b.partition - a.partition,
            )[0];
          expect(row?.[field] ?? null).toBe(newest?.patch[field] ?? null);
        }
        expect(row?.created_at).toBe(
          records.length === 0 ? undefined : Math.min(...records.map(({ patch }) => patch.updated_at)),
        );
      }),
    );
  });

  it('changes nothing when an event is produced again at another place', () => {
    fc.assert(
      fc.property(differing, fc.nat(), (records, chosen) => {
        // Only a patch that still counts in every field is a repeat of what is known; older ones are absorbed.
        const row = fold(records);
        if (row === undefined) return;
        const { patch } = records[chosen % records.length]!;
        const counts = PROFILE_FIELDS.every((field) => patch[field] === null || row[field] === patch[field]);
        fc.pre(counts);
        expect(mergeProfile(row, patch, { topic: TOPIC, partition: 0, offset: 99 })).toBeNull();
      }),
    );
  });

  it('leaves a field as it was when the patch says null', () => {
    const row = fold([at(0, 10, { email: 'a@example.com', phone: '1' }), at(1, 20, { phone: '2' })]);
    expect(row).toMatchObject({ email: 'a@example.com', phone: '2', updated_at: 20, created_at: 10 });
  });

  it('takes an older patch for the fields nobody has set since, and keeps the newer source', () => {
    const row = fold([at(5, 20, { email: 'new@example.com', source: 'crm' })]);
    const older = mergeProfile(
      row,
      { ...NOTHING, updated_at: 10, email: 'old@example.com', first_name: 'Ada' },
      { topic: TOPIC, partition: 0, offset: 6 },
    );
    expect(older).toMatchObject({
      email: 'new@example.com',
      first_name: 'Ada',
      source: 'crm',
      updated_at: 20,
      created_at: 10,
      source_offsets: [{ topic: TOPIC, partition: 0, offset: 6 }],
    });
  });

  it('gives null for what is older in every field', () => {
    const row = fold([at(0, 5, {}), at(1, 20, { email: 'new@example.com' })]);
    const late = { ...NOTHING, updated_at: 10, email: 'old@example.com' };
    expect(mergeProfile(row, late, { topic: TOPIC, partition: 0, offset: 2 })).toBeNull();
  });

  it('keeps an edit of the e-mail that happens at the moment of a stage change', () => {
    const before = at(0, 10, { email: 'old@example.com' });
    const edit = at(1, 20, { email: 'new@example.com' });
    const feedback = at(2, 20, { lifecycle_stage: 'customer', is_active: true, source: 'lifecycle' });
    for (const order of [
      [before, edit, feedback],
      [before, feedback, edit],
      [feedback, edit, before],
    ]) {
      expect(fold(order)).toMatchObject({
        email: 'new@example.com',
        is_active: true,
        lifecycle_stage: 'customer',
      });
    }
  });

  it('lets a deactivation newer than the feedback of an order stand', () => {
    const feedback = at(3, 10, { is_active: true, source: 'lifecycle' });
    const deactivation = at(1, 20, { is_active: false });
    expect(fold([deactivation, feedback])?.is_active).toBe(false);
    expect(fold([feedback, deactivation])?.is_active).toBe(false);
  });
});
