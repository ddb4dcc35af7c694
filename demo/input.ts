/** What a demonstration starts from: spreadsheets as an association would hand them over, and who will bid. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { parse as parseAll } from 'csv-parse/sync';
import { parseMoney } from '../src/kernel/money.js';
import { type BidPlan, bidPlans } from './bidders.js';
import { type Asked, openMarketOf, paidPerTier, pricePerTier } from './prices.js';

export interface Tier {
  readonly code: string;
  readonly name: string;
  readonly downMbps: number;
}

/** What the spreadsheets say in sum, learned in one pass. */
export interface Survey {
  readonly businesses: number;
  readonly lines: number;
  /** sites per region */
  readonly sites: ReadonlyMap<string, number>;
  /** lines per region and tier, key "region tier" */
  readonly demand: ReadonlyMap<string, number>;
}

export interface DemoInput {
  readonly title: string;
  readonly currency: string;
  readonly termMonths: number;
  readonly regionsCsv: string;
  readonly tiersCsv: string;
  readonly tiers: readonly Tier[];
  /** the lines as CSV text, header first, in chunks */
  linesCsv(): AsyncIterable<string>;
  readonly linesBytes: number;
  readonly survey: Survey;
  /** what one business alone pays today, minor units a month per tier */
  readonly openMarket: Readonly<Record<string, number>>;
  readonly bidders: readonly BidPlan[];
  /** how the tender is to be awarded */
  readonly award: {
    readonly awardRule: 'lot' | 'tier' | 'shared';
    readonly minWinners: number;
    readonly maxShareBp: number | null;
  };
}

export const LINES_HEADER =
  'business_ref,business_name,employees,sector,region,latitude,longitude,service_tier,quantity,current_provider,current_down_mbps,current_monthly,max_monthly';

export interface LineRow {
  readonly business_ref: string;
  readonly region: string;
  readonly service_tier: string;
  readonly quantity: string;
  readonly current_provider: string;
  readonly current_down_mbps: string;
  readonly current_monthly: string;
  readonly max_monthly: string;
}

export function readTiers(csv: string): Tier[] {
  const rows: Record<string, string>[] = parseAll(csv, { columns: true, bom: true });
  return rows.map((row) => ({
    code: row['code'] ?? '',
    name: row['name'] ?? '',
    downMbps: Number(row['down_mbps']),
  }));
}

const FILES = ['regions.csv', 'tiers.csv', 'lines.csv', 'coverage.csv'] as const;

/** What the four files hold, as a SHA-256: another story begins with another content. */
export async function digestOf(folder: string): Promise<string> {
  const whole = createHash('sha256');
  for (const file of FILES) {
    if (!existsSync(join(folder, file))) throw new Error(`${folder} has no ${file}; README.md tells the format`);
    const one = createHash('sha256');
    await pipeline(createReadStream(join(folder, file)), one);
    whole.update(one.digest());
  }
  return whole.digest('hex');
}

/** Reads a folder with regions.csv, tiers.csv, lines.csv and coverage.csv. */
export async function readFolder(folder: string, currency: string): Promise<DemoInput> {
  const regionsCsv = readFileSync(join(folder, 'regions.csv'), 'utf8');
  const tiersCsv = readFileSync(join(folder, 'tiers.csv'), 'utf8');
  const tiers = readTiers(tiersCsv);
  const linesFile = join(folder, 'lines.csv');
  const sites = new Map<string, number>();
  const demand = new Map<string, number>();
  const regionOf = new Map<string, string>();
  const asked = new Map<string, Asked[]>();
  const bills = new Map<string, number[]>();
  let lines = 0;
  for await (const row of createReadStream(linesFile).pipe(
    parse({ columns: true, bom: true }),
  ) as AsyncIterable<LineRow>) {
    const quantity = Number(row.quantity);
    lines += quantity;
    regionOf.set(row.business_ref, row.region);
    sites.set(row.region, (sites.get(row.region) ?? 0) + 1);
    const cell = `${row.region} ${row.service_tier}`;
    demand.set(cell, (demand.get(cell) ?? 0) + quantity);
    const monthly = parseMoney(row.current_monthly, currency);
    if (monthly !== null) {
      const known = bills.get(row.service_tier) ?? [];
      known.push(Number(monthly));
      bills.set(row.service_tier, known);
    }
    if (row.current_provider !== '' && monthly !== null) {
      const list = asked.get(row.current_provider) ?? [];
      list.push({ speed: Number(row.current_down_mbps), monthly: Number(monthly) });
      asked.set(row.current_provider, list);
    }
  }
  const reach = await readCoverage(join(folder, 'coverage.csv'), regionOf);
  const listPrices = new Map([...asked].map(([provider, list]) => [provider, pricePerTier(list, tiers, currency)]));
  const survey = { businesses: regionOf.size, lines, sites, demand };
  const openMarket = openMarketOf(listPrices, tiers);
  return {
    title: `Small businesses of ${regionName(regionsCsv) ?? basename(folder)}`,
    currency,
    termMonths: 36,
    regionsCsv,
    tiersCsv,
    tiers,
    linesCsv: () => createReadStream(linesFile, { encoding: 'utf8' }) as AsyncIterable<string>,
    linesBytes: readFileSync(linesFile).byteLength,
    survey,
    openMarket,
    award: { awardRule: 'lot', minWinners: 1, maxShareBp: null },
    bidders: bidPlans({ survey, tiers, listPrices, reach, openMarket, paid: paidPerTier(bills) }),
  };
}

function regionName(csv: string): string | undefined {
  const rows: Record<string, string>[] = parseAll(csv, { columns: true, bom: true });
  return rows.find((row) => row['parent'] === '')?.['name'];
}

/** sites reached, per provider and region */
async function readCoverage(
  file: string,
  regionOf: ReadonlyMap<string, string>,
): Promise<Map<string, Map<string, number>>> {
  const reach = new Map<string, Map<string, number>>();
  const rows = createReadStream(file).pipe(parse({ columns: true, bom: true })) as AsyncIterable<
    Record<string, string>
  >;
  for await (const row of rows) {
    const region = regionOf.get(row['site_ref'] ?? '');
    const provider = row['provider'] ?? '';
    if (region === undefined || provider === '') continue;
    const of = reach.get(provider) ?? new Map<string, number>();
    of.set(region, (of.get(region) ?? 0) + 1);
    reach.set(provider, of);
  }
  return reach;
}
