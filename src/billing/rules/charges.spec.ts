import fc from 'fast-check';
import { daysLater } from '../../kernel/calendar.js';
import { type Charge, chargesOf, type LineFacts, sumOf } from './charges.js';
import { type Days, endOf, firstDay } from './months.js';

const MONTH = '2026-04';

const facts = (some: Partial<LineFacts['line']> & Partial<Omit<LineFacts, 'line'>>): LineFacts => {
  const { price, periods, addOns, credits, ...line } = some;
  return {
    line: { quantity: 1, contractMonthly: 4_000n, setup: 0n, billedUntil: null, ...line },
    price: price ?? 3_000n,
    periods: periods ?? [{ from: '2026-04-01', until: null }],
    addOns: addOns ?? [],
    credits: credits ?? [],
  };
};
const shown = (charges: readonly Charge[]) => charges.map(({ kind, month, days, minor }) => [kind, month, days, minor]);

describe('the charges of a line', () => {
  it('are a whole month, or as many of its days as it worked, rounded down', () => {
    expect(shown(chargesOf(facts({ quantity: 2 }), MONTH))).toEqual([['monthly', MONTH, 30, 6_000n]]);
    const part = facts({ price: 3_100n, periods: [{ from: '2026-04-11', until: '2026-04-18' }] });
    expect(shown(chargesOf(part, MONTH))).toEqual([['monthly', MONTH, 7, 723n]]);
  });

  it('are none before it works, and none of a suspension', () => {
    expect(chargesOf(facts({ setup: 500n, periods: [] }), MONTH)).toEqual([]);
    expect(chargesOf(facts({ setup: 500n, periods: [{ from: '2026-05-01', until: null }] }), MONTH)).toEqual([]);
    const ended = [{ from: '2026-04-05', until: '2026-04-05' }];
    expect(chargesOf(facts({ setup: 500n, periods: ended }), MONTH)).toEqual([]);
    const periods = [
      { from: '2026-04-01', until: '2026-04-11' },
      { from: '2026-04-21', until: null },
    ];
    expect(shown(chargesOf(facts({ periods }), MONTH))).toEqual([['monthly', MONTH, 20, 2_000n]]);
  });

  it('take in days of earlier months that no run has billed, month by month, and the set-up with the first of them', () => {
    const late = facts({ setup: 500n, quantity: 2, periods: [{ from: '2026-02-15', until: null }] });
    expect(shown(chargesOf(late, MONTH))).toEqual([
      ['monthly', '2026-02', 14, 3_000n],
      ['monthly', '2026-03', 31, 6_000n],
      ['monthly', '2026-04', 30, 6_000n],
      ['set-up', null, 0, 1_000n],
    ]);
    expect(shown(chargesOf({ ...late, line: { ...late.line, billedUntil: '2026-04-01' } }, MONTH))).toEqual([
      ['monthly', MONTH, 30, 6_000n],
    ]);
  });

  it('have add-ons by days on which the line works', () => {
    const addOn = { orderId: 'o', name: 'Static address', quantity: 3, monthly: 300n };
    const facing = facts({
      periods: [{ from: '2026-04-01', until: '2026-04-21' }],
      addOns: [
        { ...addOn, from: '2026-04-11', until: '2026-04-14' },
        { ...addOn, from: '2026-04-14', until: null },
      ],
    });
    expect(shown(chargesOf(facing, MONTH))).toEqual([
      ['monthly', MONTH, 20, 2_000n],
      ['add-on', MONTH, 10, 300n],
    ]);
  });

  it('are less what is credited, at most all of it, and the rest stays for the next run', () => {
    const credit = { creditId: 'c', reason: 'repaired late', days: 12, happenedOn: '2026-04-02' };
    const ending = facts({
      periods: [{ from: '2026-04-01', until: '2026-04-06' }],
      credits: [
        { ...credit, earlier: null },
        { ...credit, creditId: 'd', happenedOn: '2026-05-01', earlier: null },
      ],
    });
    expect(chargesOf(ending, MONTH)).toMatchObject([
      { kind: 'monthly', minor: 500n },
      { kind: 'service-credit', unit: 1_200n, minor: -500n, creditId: 'c' },
    ]);
    const rest = facts({ credits: [{ ...credit, earlier: { worth: 1_200n, used: 500n } }] });
    expect(chargesOf(rest, MONTH).at(-1)).toMatchObject({ kind: 'service-credit', minor: -700n });
    const done = facts({ credits: [{ ...credit, earlier: { worth: 1_200n, used: 1_200n } }] });
    expect(chargesOf(done, MONTH)).toHaveLength(1);
  });

  it('never exceed what was agreed, whatever the band says', () => {
    expect(sumOf(chargesOf(facts({ price: 9_000n, contractMonthly: 2_500n }), MONTH))).toBe(2_500n);
  });
});

describe('whatever happens to a line', () => {
  const months = ['2026-02', '2026-03', '2026-04'];
  const first = firstDay('2026-02');
  /** days of the three months at which it changes between working and not */
  const changes = fc.uniqueArray(fc.integer({ min: 0, max: 88 }), { maxLength: 8 });
  const periodsOf = (at: readonly number[]): Days[] => {
    const days = [...at].sort((a, b) => a - b).map((offset) => daysLater(first, offset));
    const starts = days.flatMap((_, index) => (index % 2 === 0 ? [index] : []));
    return starts.map((index) => ({ from: days[index] ?? '', until: days[index + 1] ?? null }));
  };
  const amounts = fc.bigInt({ min: 0n, max: 1_000_000n });

  it('nobody pays more than agreed per line and month, in whatever runs its days are billed', () => {
    fc.assert(
      fc.property(
        changes,
        fc.array(amounts, { minLength: 3, maxLength: 3 }),
        amounts,
        fc.integer({ min: 1, max: 9 }),
        (at, prices, contractMonthly, quantity) => {
          const byMonth = new Map<string, bigint>();
          let billedUntil: string | null = null;
          for (const [index, month] of months.entries()) {
            const line = { quantity, contractMonthly, setup: 0n, billedUntil };
            const charges = chargesOf(
              { line, price: prices[index] ?? 0n, periods: periodsOf(at), addOns: [], credits: [] },
              month,
            );
            for (const each of charges)
              byMonth.set(each.month ?? '', (byMonth.get(each.month ?? '') ?? 0n) + each.minor);
            if (charges.length > 0) billedUntil = endOf(month);
          }
          for (const sum of byMonth.values()) expect(sum).toBeLessThanOrEqual(contractMonthly * BigInt(quantity));
        },
      ),
    );
  });

  it('split periods never cost more than the whole, and overlapping ones no more than their days', () => {
    fc.assert(
      fc.property(changes, amounts, fc.array(fc.integer({ min: 0, max: 88 }), { maxLength: 4 }), (at, price, cuts) => {
        const sum = (periods: readonly Days[]) =>
          sumOf(chargesOf(facts({ price, contractMonthly: price, periods }), '2026-04'));
        const whole = periodsOf(at);
        const cut = cuts
          .map((offset) => daysLater(first, offset))
          .reduce<Days[]>((periods, day) => periods.flatMap((p) => parted(p, day)), whole);
        expect(sum(cut)).toBe(sum(whole));
        expect(sum([...whole, ...cut])).toBe(sum(whole));
        const around = [{ from: whole[0]?.from ?? first, until: null }];
        expect(sum(whole)).toBeLessThanOrEqual(sum(around));
      }),
    );
  });

  it('credits never make a line’s charges negative, and are never used beyond their worth', () => {
    fc.assert(
      fc.property(changes, amounts, fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 3 }), (at, price, days) => {
        const used = new Map<string, { worth: bigint; used: bigint }>();
        let billedUntil: string | null = null;
        for (const month of months) {
          const credits = days.map((count, index) => ({
            creditId: String(index),
            reason: '',
            days: count,
            happenedOn: '2026-03-10',
            earlier: used.get(String(index)) ?? null,
          }));
          const charges = chargesOf(facts({ price, periods: periodsOf(at), billedUntil, credits }), month);
          expect(sumOf(charges)).toBeGreaterThanOrEqual(0n);
          for (const { creditId, unit, minor } of charges) {
            if (creditId === null) continue;
            used.set(creditId, { worth: unit, used: (used.get(creditId)?.used ?? 0n) - minor });
          }
          if (charges.length > 0) billedUntil = endOf(month);
        }
        for (const each of used.values()) expect(each.used).toBeLessThanOrEqual(each.worth);
      }),
    );
  });
});

function parted(period: Days, day: string): Days[] {
  if (day <= period.from || (period.until !== null && day >= period.until)) return [period];
  return [
    { from: period.from, until: day },
    { from: day, until: period.until },
  ];
}
