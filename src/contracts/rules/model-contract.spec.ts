import { sample } from '../../../test/contracts/sample.js';
import { modelContract } from './model-contract.js';
import { agreementText } from './terms.js';

/** All words of a contract, tables included. */
function wordsOf(content: typeof sample): string {
  return modelContract(content)
    .clauses.flatMap(({ heading, blocks }) => [
      heading,
      ...blocks.flatMap((block) =>
        block.kind === 'text' ? [block.text] : [block.caption, ...block.head, ...block.rows.flat()],
      ),
    ])
    .join('\n')
    .replace(/\u00A0/g, ' ');
}

describe('the model contract', () => {
  test('names its parties, number and edition', () => {
    const contract = modelContract(sample);
    expect(contract.parties.map((party) => party.name)).toEqual([sample.agencyName, sample.providerName]);
    expect(contract.number).toBe('FA-2030-0001');
    expect(contract.issue).toBe('Edition 1, issued 2 January 2030, 16:00 Korean time');
  });

  test('marks the band of the awarded lines, and lists the prices of every band', () => {
    const prices = modelContract(sample).clauses.find((clause) => clause.heading === 'Prices by volume');
    const tables = (prices?.blocks ?? []).flatMap((block) => (block.kind === 'table' ? [block] : []));
    expect(tables[0]).toMatchObject({
      head: ['All lines of this agreement', 'fibre-100', 'fibre-1000'],
      rows: [
        ['from 1 to 999 lines', '29,000', '41,000'],
        ['from 1,000 to 9,999 lines', '25,500', '36,000'],
        ['from 10,000 lines', '22,000', '31,000'],
      ],
      marked: 1,
    });
    expect(tables[1]?.rows.map((row) => row[1])).toEqual(['29,000', '26,000', '22,000']);
    expect(tables[2]?.rows).toEqual([['KR-49: Jeju', '1,200', '15,000']]);
  });

  test('names the partners of a joint bid, and who answers for them', () => {
    const partners = { 대동통신: { lots: ['KR-49', 'KR-26'], capacity: 1_200 } };
    const joint = modelContract({ ...sample, tariff: { ...sample.tariff, partners } });
    const tables = joint.clauses.flatMap(({ blocks }) => blocks.filter((block) => block.kind === 'table'));
    expect(tables.find(({ caption }) => caption === 'Partners')?.rows).toEqual([['대동통신', 'KR-26, KR-49', '1,200']]);
    expect(wordsOf({ ...sample, tariff: { ...sample.tariff, partners } })).toContain('owes the agency and the members');
    expect(wordsOf(sample)).not.toContain('partner');
  });

  test('says the term, the minimum, the standstill, the hashes, and that prices only fall', () => {
    const words = wordsOf(sample);
    for (const part of [
      'KRW 4,321,098,765 over the term',
      'one activation of KRW 2,500,000',
      'no price rises',
      'no fewer than 500 lines',
      'can serve 60,000 lines in all',
      'runs for 36 months',
      '14 days to answer',
      '15 January 2030, 00:00 Korean time',
      sample.tenderHash,
      sample.awardHash,
      'KRW 33,000 for fibre-100 and KRW 44,000 for fibre-1000',
      'within 30 days of its call-off',
      'credited one day of the monthly price of the line: at most 30 days for the installation',
    ]) {
      expect(words).toContain(part);
    }
  });

  test('says it when there is no minimum, no capacity and no other charge', () => {
    const { capacity: _capacity, minimumLines: _minimum, activation: _activation, ...tariff } = sample.tariff;
    const words = wordsOf({ ...sample, tariff });
    expect(words).toContain('accepts any volume');
    expect(words).toContain('set no limit to its capacity');
    expect(words).toContain('no charge beside the prices');
  });

  test('says with which other lines the bands count, and that only when there are some', () => {
    expect(wordsOf(sample)).not.toContain('other agreements');
    const { minimumLines: _met, activation: _charged, ...tariff } = sample.tariff;
    const words = wordsOf({ ...sample, tariff, heldLines: 1_200 });
    for (const part of [
      'together with 1,200 lines that the provider holds under its other agreements',
      'each band begins 1,200 lines lower here',
      'accepts any volume',
      'can serve 60,000 lines under this agreement',
    ]) {
      expect(words).toContain(part);
    }
  });

  test('puts special conditions last, a paragraph each', () => {
    const last = modelContract({ ...sample, specialConditions: 'Jeju first.\n\nA week ahead.' }).clauses.at(-1);
    expect(last?.heading).toBe('Special conditions');
    expect(last?.blocks).toEqual([
      { kind: 'text', text: 'Jeju first.' },
      { kind: 'text', text: 'A week ahead.' },
    ]);
    expect(wordsOf(sample)).not.toContain('Special conditions');
  });
});

test('the text of an agreement changes with every edition', () => {
  expect(agreementText({ ...sample, edition: 2 })).not.toBe(agreementText(sample));
  expect(agreementText({ ...sample })).toBe(agreementText(sample));
});
