import { sample } from '../../test/contracts/sample.js';
import { contractPdf } from './contract-pdf.js';
import { modelContract } from './rules/model-contract.js';

const hash = 'c'.repeat(64);

test('the same content gives the same bytes, another content gives others', async () => {
  const [first, again, other] = await Promise.all([
    contractPdf(modelContract(sample), sample.issuedAt, hash),
    contractPdf(modelContract(structuredClone(sample)), sample.issuedAt, hash),
    contractPdf(modelContract({ ...sample, edition: 2 }), sample.issuedAt, hash),
  ]);
  expect(first.subarray(0, 5).toString()).toBe('%PDF-');
  expect(again.equals(first)).toBe(true);
  expect(other.equals(first)).toBe(false);
});

test('a contract of many pages with Korean names is set within seconds', async () => {
  const cells = Array.from({ length: 200 }, (_, index) => ({
    lot: `L${index}`,
    lotTitle: `${index}번 구역`,
    tier: 'fibre-100',
    from: 0,
    lines: 1,
    regions: [`R${index}`],
  }));
  const pdf = await contractPdf(modelContract({ ...sample, cells }), sample.issuedAt, hash);
  expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(5);
}, 10_000);
