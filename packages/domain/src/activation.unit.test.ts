import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ActivationEvent, type ActivationRow, mergeActivation } from './activation.ts';

const TOPIC = 'dom.activation.delivery.status.v1';
const DELIVERY: ActivationEvent = {
  activation_id: 'a1',
  customer_id: 'c1',
  campaign_id: null,
  channel: 'EMAIL',
  status: 'FAILED',
  failure_reason: 'mailbox full',
  occurred_at: 100,
};
type Positioned = { readonly event: ActivationEvent; readonly offset: number };

const fold = (records: readonly Positioned[]): ActivationRow | undefined =>
  records.reduce<ActivationRow | undefined>(
    (row, { event, offset }) => mergeActivation(row, event, { topic: TOPIC, partition: 0, offset }) ?? row,
    undefined,
  );

const history = fc
  .uniqueArray(fc.record({ offset: fc.nat(50), occurred_at: fc.nat(5) }), {
    selector: ({ offset }) => offset,
    minLength: 1,
    maxLength: 8,
  })
  .map((records) =>
    records.map(({ offset, occurred_at }): Positioned => {
      const event = { ...DELIVERY, occurred_at, campaign_id: `campaign-${offset}` };
      return { event, offset };
    }),
  );

describe('mergeActivation', () => {
  it('ends with the newest (occurred_at, offset) for every order of arrival and repetition', () => {
    fc.assert(
      fc.property(
        history.chain((records) =>
          fc.tuple(
            fc.constant(records),
            fc.shuffledSubarray([...records, ...records], { minLength: records.length * 2 }),
          ),
        ),
        ([records, arrived]) => {
          const winner = records.toSorted(
            (a, b) => b.event.occurred_at - a.event.occurred_at || b.offset - a.offset,
          )[0]!;
          expect(fold(arrived)).toEqual({
            ...winner.event,
            source_offsets: [{ topic: TOPIC, partition: 0, offset: winner.offset }],
          });
        },
      ),
    );
  });

  it('changes nothing when the same event is produced again', () => {
    const row = fold([{ event: DELIVERY, offset: 0 }]);
    expect(mergeActivation(row, { ...DELIVERY }, { topic: TOPIC, partition: 0, offset: 1 })).toBeNull();
  });

  it('takes a second attempt that was delivered', () => {
    const delivered: ActivationEvent = {
      ...DELIVERY,
      status: 'DELIVERED',
      failure_reason: null,
      occurred_at: 200,
    };
    const rows = [
      { event: DELIVERY, offset: 0 },
      { event: delivered, offset: 1 },
    ];
    expect(fold(rows)?.status).toBe('DELIVERED');
    expect(fold(rows.toReversed())?.status).toBe('DELIVERED');
  });
});
