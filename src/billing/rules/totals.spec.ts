import fc from 'fast-check';
import { askedByAgreement, invoiceTotals } from './totals.js';

test('tax comes on top, a grant is deducted, and the fee is the provider’s', () => {
  const charges = [
    { providerId: 'b', minor: 1_005n },
    { providerId: 'a', minor: 500n },
    { providerId: 'b', minor: -5n },
  ];
  expect(invoiceTotals(charges, { taxBp: 1_000, feeBp: 199 }, 300n)).toEqual({
    net: 1_500n,
    tax: 150n,
    grant: 300n,
    total: 1_350n,
    shares: [
      { providerId: 'a', net: 500n, fee: 9n, payable: 491n },
      { providerId: 'b', net: 1_000n, fee: 19n, payable: 981n },
    ],
  });
});

test('half a minor unit of tax is rounded away from zero', () => {
  expect(invoiceTotals([{ providerId: 'a', minor: 5n }], { taxBp: 1_000, feeBp: 0 }, 0n).tax).toBe(1n);
});

test('the sums are exact, whatever is charged', () => {
  const charges = fc.array(
    fc.record({ providerId: fc.constantFrom('a', 'b', 'c'), minor: fc.bigInt({ min: 0n, max: 10n ** 9n }) }),
    { minLength: 1 },
  );
  const bp = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(charges, bp, bp, fc.bigInt({ min: 0n, max: 10n ** 10n }), (drawn, taxBp, feeBp, wished) => {
      const net = drawn.reduce((sum, { minor }) => sum + minor, 0n);
      const grant = wished < net ? wished : net;
      const totals = invoiceTotals(drawn, { taxBp, feeBp }, grant);
      const part = (of: 'net' | 'fee' | 'payable') => totals.shares.reduce((sum, share) => sum + share[of], 0n);
      expect(totals.net).toBe(net);
      expect(totals.total + totals.grant).toBe(part('payable') + part('fee') + totals.tax);
      expect(part('net')).toBe(net);
      for (const { fee, payable } of totals.shares) expect(fee >= 0n && payable >= 0n).toBe(true);
      expect(totals.total).toBeGreaterThanOrEqual(0n);
    }),
  );
});

test('what is asked for each agreement makes the total', () => {
  const part = fc.bigInt({ min: 0n, max: 10n ** 9n });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 0, max: 10_000 }),
      (drawn, taxBp) => {
        const parts = drawn.map(([netMinor, wished], at) => ({
          agreementId: String(at),
          netMinor,
          grantMinor: wished < netMinor ? wished : netMinor,
        }));
        const charges = parts.map(({ netMinor }) => ({ providerId: 'a', minor: netMinor }));
        const grant = parts.reduce((sum, { grantMinor }) => sum + grantMinor, 0n);
        const { tax, total } = invoiceTotals(charges, { taxBp, feeBp: 0 }, grant);
        const asked = askedByAgreement(tax, parts);
        expect(asked.reduce((sum, { minor }) => sum + minor, 0n)).toBe(total);
        for (const { minor } of asked) expect(minor).toBeGreaterThanOrEqual(0n);
      },
    ),
  );
});
