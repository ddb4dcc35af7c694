import { toJson } from '../../kernel/canonical.js';
import { MAX_MINOR } from '../../kernel/money.js';
import { tariffFaults } from './tariff-faults.js';
import { tariffOfJson } from './tariff-json.js';
import type { Tariff } from './tariff.js';

const whole: Tariff = {
  bands: [
    { from: 1, monthly: { fast: MAX_MINOR }, lotMonthly: { L1: { fast: 400n } } },
    { from: 50, monthly: { fast: 300n } },
  ],
  lots: { L1: { surcharge: 0n, setup: 7n, capacity: 80, tiers: { fast: { capacity: 10 } } }, L2: {} },
  capacity: 100,
  minimumLines: 20,
  activation: 5n,
};

it('gives back the tariff that was written', () => {
  expect(tariffOfJson(JSON.parse(toJson(whole)))).toEqual(whole);
  const small: Tariff = { bands: [{ from: 1, monthly: { fast: 1n } }], lots: { L1: {} } };
  expect(tariffOfJson(JSON.parse(toJson(small)))).toStrictEqual(small);
});

it.each([
  null,
  7,
  'text',
  [],
  { bands: 7, lots: [] },
  { bands: [7, { monthly: 'x', lotMonthly: { L1: 7 } }], lots: { L1: 7 } },
])('leaves %j to the faults to name', (json) => {
  const tariff = tariffOfJson(json);
  expect(tariff).toEqual(json);
  expect(tariffFaults(tariff, { lots: ['L1'], tiers: ['fast'], termMonths: 24, priceCaps: {} })).not.toEqual([]);
});

it('makes no money of what is not a whole number, and keeps unknown members for the faults', () => {
  const tariff = tariffOfJson({ bands: [{ from: 1, monthly: { fast: 1.5, slow: '3' }, constructor: 1 }], lots: {} });
  expect(tariff).toEqual({ bands: [{ from: 1, monthly: { fast: 1.5, slow: '3' }, constructor: 1 }], lots: {} });
});
