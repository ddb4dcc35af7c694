import fc from 'fast-check';
import { type Day, dayOf, daysLater } from '../../kernel/calendar.js';
import { type EarlierOrder, orderFrom, orderUntil, whyNotOrder, whyTooMuch } from './add-on.js';

const line = { state: 'active', agreementId: 'a' } as const;
const addOn = { state: 'offered', agreementId: 'a' } as const;

describe('an order of an add-on', () => {
  it('is for a line that works, of what its agreement offers, once at a time', () => {
    expect(whyNotOrder(line, addOn, [{ untilOn: '2030-01-02' }])).toBeNull();
    expect(whyNotOrder(line, { ...addOn, agreementId: 'b' }, [])?.code).toBe('add-on.not-offered');
    expect(whyNotOrder(line, { ...addOn, state: 'withdrawn' }, [])?.code).toBe('add-on.not-offered');
    expect(whyNotOrder({ ...line, state: 'suspended' }, addOn, [])?.code).toBe('add-on.no-service');
    expect(whyNotOrder(line, addOn, [{ untilOn: null }])?.code).toBe('add-on.ordered-already');
  });

  it('costs no more than an invoice can bear', () => {
    expect(whyTooMuch(1_000, 1_000_000_000n)).toBeNull();
    expect(whyTooMuch(1_000, 0n)).toBeNull();
    expect(whyTooMuch(3, 400_000_000_000n)?.faults[0]?.reason).toContain('must be at most 2');
    expect(whyTooMuch(1, 9_000_000_000_000_000n)?.faults[0]?.path).toBe('quantity');
  });

  it('shares no day with another, however often it is ordered and ended', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(3), keep: fc.nat(3) }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.constant(dayOf(new Date('2030-01-30T00:00:00Z'))), steps, (start, all) => {
        const orders: { fromOn: Day; untilOn: Day }[] = [];
        let today = start;
        for (const { wait, keep } of all) {
          today = daysLater(today, wait);
          const fromOn = orderFrom(today, orders satisfies readonly EarlierOrder[]);
          today = daysLater(today, keep);
          orders.push({ fromOn, untilOn: orderUntil(today, fromOn) });
        }
        for (const [at, { fromOn, untilOn }] of orders.entries()) {
          expect(untilOn >= fromOn).toBe(true);
          expect(fromOn >= (orders[at - 1]?.untilOn ?? fromOn)).toBe(true);
        }
      }),
    );
  });
});
