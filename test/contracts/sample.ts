/** An agreement's content with something in every place. */
import { type AgreementContent, MODEL } from '../../src/contracts/rules/terms.js';

export const sample: AgreementContent = {
  model: MODEL,
  number: 'FA-2030-0001',
  edition: 1,
  issuedAt: '2030-01-02T07:00:00.000Z',
  agencyId: '00000000-0000-4000-8000-000000000001',
  agencyName: '한국지능정보사회진흥원 (NIA)',
  providerId: '00000000-0000-4000-8000-000000000002',
  providerName: '㈜한빛 브로드밴드',
  poolId: '00000000-0000-4000-8000-000000000003',
  tenderId: '00000000-0000-4000-8000-000000000004',
  tenderTitle: 'Internet lines for small businesses, 부산광역시 and Jeju',
  tenderHash: 'a'.repeat(64),
  awardId: '00000000-0000-4000-8000-000000000005',
  awardHash: 'b'.repeat(64),
  bidId: '00000000-0000-4000-8000-000000000006',
  standstillEndsAt: '2030-01-14T15:00:00.000Z',
  currency: 'KRW',
  termMonths: 36,
  offerDays: 14,
  tariff: {
    bands: [
      { from: 1, monthly: { 'fibre-100': 29_000n, 'fibre-1000': 41_000n } },
      {
        from: 1_000,
        monthly: { 'fibre-100': 25_500n, 'fibre-1000': 36_000n },
        lotMonthly: { 'KR-49': { 'fibre-100': 26_000n } },
      },
      { from: 10_000, monthly: { 'fibre-100': 22_000n, 'fibre-1000': 31_000n } },
    ],
    lots: { 'KR-26': {}, 'KR-49': { surcharge: 1_200n, setup: 15_000n } },
    capacity: 60_000,
    minimumLines: 500,
    activation: 2_500_000n,
  },
  band: 1,
  lines: 4_310,
  cells: [
    { lot: 'KR-26', lotTitle: '부산광역시', tier: 'fibre-100', from: 0, lines: 2_900, regions: ['KR-26'] },
    { lot: 'KR-26', lotTitle: '부산광역시', tier: 'fibre-1000', from: 0, lines: 610, regions: ['KR-26'] },
    { lot: 'KR-49', lotTitle: 'Jeju', tier: 'fibre-100', from: 120, lines: 800, regions: ['KR-49', 'KR-49-1'] },
  ],
  costMinor: 4_321_098_765n,
  openMarket: { 'fibre-100': 33_000n, 'fibre-1000': 44_000n },
  specialConditions: null,
};
