import fc from 'fast-check';
import { type Creditable, creditTotals, whyNotCredit, type Wish, wishesUpTo } from './credit-notes.js';
import { sumOf } from './charges.js';
import { invoiceTotals } from './totals.js';

/** @param granted of each line, by two schemes */
const invoice = (charged: readonly bigint[], granted: readonly (readonly [bigint, bigint])[] = []): Creditable => {
  const lines = charged.map((minor, at) => ({
    position: at + 1,
    subscriptionId: `s${at}`,
    providerId: at % 2 === 0 ? 'a' : 'b',
    minor,
    credited: 0n,
  }));
  const grants = granted.flatMap((minors, at) =>
    minors.flatMap((minor, scheme) =>
      minor === 0n ? [] : [{ schemeId: `g${scheme}`, subscriptionId: `s${at}`, months: 1, lines: 1, minor }],
    ),
  );
  return { ...invoiceTotals(lines, { taxBp: 1_000, feeBp: 250 }, sumOf(grants)), lines, grants };
};
const after = (of: Creditable, wishes: readonly Wish[]): Creditable => ({
  ...of,
  lines: of.lines.map((line) => ({
    ...line,
    credited: line.credited + (wishes.find(({ line: position }) => position === line.position)?.minor ?? 0n),
  })),
});

test('no more is credited than was charged, line by line, and every fault is named', () => {
  const of = after(invoice([1_000n, 500n]), [{ line: 1, minor: 400n }]);
  expect(whyNotCredit(of, [{ line: 1, minor: 600n }])).toBeNull();
  const wishes = [
    { line: 1, minor: 601n },
    { line: 3, minor: 1n },
    { line: 2, minor: 1n },
    { line: 2, minor: 1n },
  ];
  expect(whyNotCredit(of, wishes)?.faults.map(({ path }) => path)).toEqual([
    'lines.0.minor',
    'lines.1.line',
    'lines.3.line',
  ]);
});

test('what was credited for its service is not credited again', () => {
  const of = invoice([1_000n]);
  const deducted = { position: 2, subscriptionId: 's0', providerId: 'a', minor: -300n, credited: 0n };
  const both = { ...of, lines: [...of.lines, deducted] };
  expect(whyNotCredit(both, [{ line: 1, minor: 701n }])?.faults[0]?.reason).toContain('at most 700');
  expect(whyNotCredit(both, [{ line: 2, minor: 1n }])?.faults[0]?.path).toBe('lines.0.line');
});

test('tax, grant and fee go back with what is credited', () => {
  expect(creditTotals(invoice([1_000n, 500n], [[200n, 0n]]), [{ line: 1, minor: 500n }])).toEqual({
    net: 500n,
    tax: 50n,
    grant: 100n,
    total: 450n,
    shares: [{ providerId: 'a', net: 500n, fee: 13n, payable: 487n }],
    grants: [{ schemeId: 'g0', subscriptionId: 's0', months: 0, lines: 1, minor: 100n }],
  });
});

test('a grant goes back with the line for which it was paid, and with no other', () => {
  const of = invoice([1_000n, 500n], [[1_000n, 0n]]);
  expect(creditTotals(of, [{ line: 2, minor: 500n }])).toMatchObject({ grant: 0n, total: 550n, grants: [] });
  expect(creditTotals(of, [{ line: 1, minor: 1_000n }])).toMatchObject({
    grant: 1_000n,
    total: 100n,
    grants: [{ schemeId: 'g0', months: -1, minor: 1_000n }],
  });
});

test('of two schemes the one that came last gets its money back first', () => {
  const of = invoice([1_000n], [[300n, 100n]]);
  expect(creditTotals(of, [{ line: 1, minor: 500n }]).grants).toMatchObject([
    { schemeId: 'g1', months: -1, minor: 100n },
    { schemeId: 'g0', months: 0, minor: 100n },
  ]);
});

test('however an invoice is credited piece by piece, in the end exactly what it came to has been credited', () => {
  const charged = fc.array(fc.bigInt({ min: 1n, max: 100_000n }), { minLength: 1, maxLength: 5 });
  const percents = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }));
  const cuts = fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 100 })), { maxLength: 8 });
  fc.assert(
    fc.property(charged, cuts, fc.array(percents, { maxLength: 5 }), (amounts, parts, granted) => {
      const start = invoice(
        amounts,
        granted.slice(0, amounts.length).map(([first, second], at) => {
          const minor = amounts[at] ?? 0n;
          const one = (minor * BigInt(first)) / 100n;
          return [one, ((minor - one) * BigInt(second)) / 100n] as const;
        }),
      );
      const back = new Map<string, { minor: bigint; months: number }>();
      let now = start;
      const sums = { net: 0n, tax: 0n, grant: 0n, total: 0n, payable: 0n };
      const credit = (wishes: readonly Wish[]): void => {
        expect(whyNotCredit(now, wishes)).toBeNull();
        const totals = creditTotals(now, wishes);
        expect(totals.total >= 0n && totals.tax >= 0n && totals.grant >= 0n).toBe(true);
        expect(totals.grant <= totals.net).toBe(true);
        for (const { schemeId, subscriptionId, minor, months } of totals.grants) {
          expect(minor > 0n).toBe(true);
          const before = back.get(schemeId + subscriptionId) ?? { minor: 0n, months: 0 };
          back.set(schemeId + subscriptionId, { minor: before.minor + minor, months: before.months + months });
        }
        for (const each of ['net', 'tax', 'grant', 'total'] as const) sums[each] += totals[each];
        for (const share of totals.shares) {
          expect(share.fee >= 0n && share.payable >= 0n).toBe(true);
          sums.payable += share.payable;
        }
        now = after(now, wishes);
      };
      for (const [at, share] of parts) {
        const line = now.lines[at];
        const minor = line ? ((line.minor - line.credited) * BigInt(share)) / 100n : 0n;
        if (line && minor > 0n) credit([{ line: line.position, minor }]);
      }
      const rest = now.lines.flatMap((line) =>
        line.minor > line.credited ? [{ line: line.position, minor: line.minor - line.credited }] : [],
      );
      if (rest.length > 0) credit(rest);
      const { net, tax } = start;
      const grant = sumOf(start.grants);
      const payable = start.shares.reduce((sum, share) => sum + share.payable, 0n);
      expect(sums).toEqual({ net, tax, grant, total: net + tax - grant, payable });
      for (const { schemeId, subscriptionId, minor } of start.grants) {
        expect(back.get(schemeId + subscriptionId)).toEqual({ minor, months: -1 });
      }
    }),
  );
});

test('what is to be given back is taken of the last lines first, and of none more than was charged for it', () => {
  const of = invoice([1_000n, 500n, 300n], []);
  const all = () => true;
  expect(wishesUpTo(of, 600n, all)).toEqual([
    { line: 3, minor: 300n },
    { line: 2, minor: 300n },
  ]);
  expect(wishesUpTo(of, 600n, ({ position }) => position === 2)).toEqual([{ line: 2, minor: 500n }]);
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 3_000n }), fc.integer({ min: 0, max: 7 }), (upTo, which) => {
      const wishes = wishesUpTo(of, upTo, ({ position }) => (which & (1 << (position - 1))) !== 0);
      expect(whyNotCredit(of, wishes)).toBeNull();
      expect(wishes.reduce((sum, { minor }) => sum + minor, 0n)).toBeLessThanOrEqual(upTo);
    }),
  );
});
