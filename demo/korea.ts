/** The built-in set: Korea's 17 regions with their published shares of small businesses, and invented businesses. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseAll } from 'csv-parse/sync';
import { allocate } from '../src/kernel/money.js';
import { projectRoot } from '../src/platform/config/project.js';
import type { BidPlan } from './bidders.js';
import { type DemoInput, LINES_HEADER, readTiers } from './input.js';
import { Random } from './random.js';

const folder = join(projectRoot, 'demo', 'data');

/** What one business on its own pays for a tier, won a month (invented). */
const OPEN_MARKET: Readonly<Record<string, number>> = {
  'connect-100': 33_000,
  'connect-500': 41_000,
  'fibre-1000': 52_000,
};

const SECTORS = [
  ['G', 24],
  ['I', 12],
  ['C', 10],
  ['F', 8],
  ['M', 7],
  ['S', 9],
  ['H', 8],
] as const;

const PRESENT_PROVIDERS = [
  ['KT', 48],
  ['Hanaro', 27],
  ['Thrunet', 15],
  ['', 10],
] as const;

const WANTS = [
  ['connect-100', 46],
  ['connect-500', 35],
  ['fibre-1000', 19],
] as const;

interface Business {
  readonly region: string;
  readonly tier: string;
  readonly quantity: number;
  readonly csv: string;
}

function* businesses(members: number, seed: number): Generator<Business> {
  const rows: { region: string; businesses: string }[] = parseAll(
    readFileSync(join(folder, 'small-businesses.csv'), 'utf8'),
    { columns: true },
  );
  const shares = allocate(
    BigInt(members),
    rows.map((row) => BigInt(row.businesses)),
  );
  const random = new Random(seed);
  let number = 0;
  for (const [index, { region }] of rows.entries()) {
    for (let i = 0n; i < (shares[index] ?? 0n); i += 1n) {
      number += 1;
      const ref = `KR-SME-${String(number).padStart(6, '0')}`;
      const tier = random.pick(WANTS);
      const quantity = random.pick([
        [1, 88],
        [2, 9],
        [3, 3],
      ]);
      const provider = random.pick(PRESENT_PROVIDERS);
      const market = OPEN_MARKET[tier] ?? 33_000;
      const present = provider === '' ? '' : String(Math.round((market * random.between(88, 112)) / 10_000) * 100);
      const speed =
        provider === ''
          ? ''
          : random.pick([
              ['10', 3],
              ['50', 5],
              ['100', 4],
            ] as const);
      // Six in ten name the most they would pay: some tight, most at what they pay today or a little less.
      const ceiling = random.next() < 0.6 ? String(Math.round((market * random.between(70, 104)) / 10_000) * 100) : '';
      const employees = random.between(1, 49);
      const sector = random.pick(SECTORS);
      const csv = `${ref},Business ${String(number).padStart(6, '0')},${employees},${sector},${region},,,${tier},${quantity},${provider},${speed},${present},${ceiling}\n`;
      yield { region, tier, quantity, csv };
    }
  }
}

function plan(
  provider: string,
  priceFactor: number,
  regions: readonly string[],
  discounts: BidPlan['discounts'],
  surcharges: Readonly<Record<string, number>> = {},
): BidPlan {
  const listPrices = Object.fromEntries(
    Object.entries(OPEN_MARKET).map(([tier, price]) => [tier, Math.round((price * priceFactor) / 100) * 100]),
  );
  return {
    provider,
    invented: true,
    listPrices,
    regions: new Map(regions.map((region) => [region, surcharges[region] ?? 0])),
    discounts,
    setup: 10_000,
  };
}

/** The built-in input for so many members. The same number and seed give the same bytes. */
export function korea(members: number, seed = 2001): DemoInput {
  const tiersCsv = readFileSync(join(folder, 'tiers.csv'), 'utf8');
  const sites = new Map<string, number>();
  const demand = new Map<string, number>();
  let lines = 0;
  let linesBytes = LINES_HEADER.length + 1;
  for (const { region, tier, quantity, csv } of businesses(members, seed)) {
    lines += quantity;
    linesBytes += Buffer.byteLength(csv);
    sites.set(region, (sites.get(region) ?? 0) + 1);
    demand.set(`${region} ${tier}`, (demand.get(`${region} ${tier}`) ?? 0) + quantity);
  }
  const all = [...sites.keys()];
  const capital = ['KR-11', 'KR-28', 'KR-41'];
  const cities = [...capital, 'KR-26', 'KR-27', 'KR-29', 'KR-30', 'KR-31'];
  const south = ['KR-26', 'KR-29', 'KR-31', 'KR-45', 'KR-46', 'KR-47', 'KR-48', 'KR-49', 'KR-27'];
  const far = { 'KR-42': 3_500, 'KR-49': 6_000, 'KR-46': 2_500, 'KR-47': 2_000 };
  const covered = (regions: readonly string[]): string[] => regions.filter((region) => sites.has(region));
  return {
    title: 'Networking small businesses, Korea',
    currency: 'KRW',
    termMonths: 36,
    regionsCsv: readFileSync(join(folder, 'regions.csv'), 'utf8'),
    tiersCsv,
    tiers: readTiers(tiersCsv),
    async *linesCsv() {
      let chunk = `${LINES_HEADER}\n`;
      for (const { csv } of businesses(members, seed)) {
        chunk += csv;
        if (chunk.length > 65_536) {
          yield chunk;
          chunk = '';
        }
      }
      yield chunk;
    },
    linesBytes,
    survey: { businesses: members, lines, sites, demand },
    openMarket: OPEN_MARKET,
    // As in the project itself, where three consortia served side by side: nobody gets more than six lines in ten.
    award: { awardRule: 'lot', minWinners: 2, maxShareBp: 6_000 },
    // Bands from more than six lines in ten are for those who join later.
    bidders: [
      plan(
        'KT consortium',
        1,
        covered(all),
        [
          [0, 4],
          [0.2, 14],
          [0.45, 24],
          [0.7, 32],
        ],
        far,
      ),
      plan('Hanaro consortium', 0.97, covered(cities), [
        [0, 6],
        [0.15, 18],
        [0.4, 27],
        [0.62, 33],
      ]),
      plan(
        'Thrunet consortium',
        0.95,
        covered([...capital, ...south]),
        [
          [0, 3],
          [0.2, 15],
          [0.35, 23],
          [0.62, 29],
        ],
        far,
      ),
      plan('Hanbit Cable (invented)', 0.92, covered(south), [
        [0, 5],
        [0.1, 13],
        [0.25, 21],
      ]),
      plan('Saebyeok Net (invented)', 1.08, covered(all), [
        [0, 2],
        [0.5, 12],
      ]),
    ],
  };
}
