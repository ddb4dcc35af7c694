import type { Tariff } from '../../pricing/rules/tariff.js';
import type { Winner } from '../../awards/rules/award.js';
import { type AgreementContent, agreementContent, agreementText } from './terms.js';

const tariff: Tariff = {
  bands: [
    { from: 1, monthly: { fast: 10n }, lotMonthly: { N: { fast: 9n }, S: { fast: 8n } } },
    { from: 5, monthly: { fast: 7n }, lotMonthly: { S: { fast: 6n } } },
  ],
  lots: { N: { surcharge: 1n }, S: { setup: 2n } },
  minimumLines: 3,
};

const winner = {
  bidId: 'bid',
  providerId: 'provider',
  band: 1,
  lines: 6,
  heldLines: 0,
  costMinor: 500n,
  cells: [{ lot: 'N', tier: 'fast', from: 4, lines: 6 }],
};

function contentFor(won: Winner, of: Tariff = tariff): AgreementContent {
  return agreementContent(
    won,
    of,
    { id: 'award', contentHash: 'hash', standstillEndsAt: new Date('2030-01-15T00:00:00Z') },
    {
      id: 'tender',
      poolId: 'pool',
      title: 'Lines',
      contentHash: 'tender hash',
      currency: 'KRW',
      termMonths: 36,
      offerDays: 14,
      lots: [
        { code: 'N', title: 'North', regions: ['N2', 'N1'] },
        { code: 'S', title: 'South', regions: ['S1'] },
      ],
    },
    { fast: 12n },
    { number: 'FA-2030-0001', agencyId: 'agency', agencyName: 'The Agency', providerName: 'The Provider' },
    new Date('2030-01-02T00:00:00Z'),
  );
}

test('an agreement holds what its provider won, and of the tariff only the lots that it won', () => {
  const content = contentFor(winner);
  expect(content).toMatchObject({
    number: 'FA-2030-0001',
    edition: 1,
    issuedAt: '2030-01-02T00:00:00.000Z',
    providerId: 'provider',
    poolId: 'pool',
    awardHash: 'hash',
    tenderHash: 'tender hash',
    standstillEndsAt: '2030-01-15T00:00:00.000Z',
    band: 1,
    lines: 6,
    costMinor: 500n,
    specialConditions: null,
  });
  expect(content.cells).toEqual([{ lot: 'N', tier: 'fast', lines: 6, lotTitle: 'North', regions: ['N1', 'N2'] }]);
  expect(content.tariff).toEqual({
    bands: [
      { from: 1, monthly: { fast: 10n }, lotMonthly: { N: { fast: 9n } } },
      { from: 5, monthly: { fast: 7n } },
    ],
    lots: { N: { surcharge: 1n } },
    minimumLines: 3,
  });
});

test('an agreement of a joint bid names the partners that serve its lots', () => {
  const partners = { A: { lots: ['S', 'N'], capacity: 9 }, B: { lots: ['W'], capacity: 5 } };
  expect(contentFor(winner, { ...tariff, partners }).tariff.partners).toEqual({ A: { lots: ['N'], capacity: 9 } });
  expect(contentFor(winner, { ...tariff, partners: { B: partners.B } }).tariff).not.toHaveProperty('partners');
});

test('an agreement of a provider that holds lines already counts its bands and its minimum from there', () => {
  const content = contentFor({ ...winner, lines: 2, heldLines: 3 });
  expect(content).toMatchObject({ heldLines: 3, band: 1, lines: 2 });
  expect(content.tariff.bands.map((band) => band.from)).toEqual([1, 2]);
  expect(content.tariff).not.toHaveProperty('minimumLines');
  const passed = contentFor({ ...winner, lines: 2, heldLines: 4 });
  expect(passed).toMatchObject({ heldLines: 4, band: 0, tariff: { bands: [{ from: 1, monthly: { fast: 7n } }] } });
  expect(agreementText(passed)).not.toBe(agreementText({ ...passed, heldLines: 5 }));
});
