/** What a demonstration starts from: spreadsheets as an association would hand them over, and who will bid. */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parse as parseAll } from 'csv-parse/sync';
import { type BidPlan, bidPlans } from './bidders.js';
import { type Asked, openMarketOf, paidPerTier, pricePerTier } from './prices.js';
import { FILES, readSheets } from './sheets.js';

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

export function readTiers(csv: string): Tier[] {
  const rows: Record<string, string>[] = parseAll(csv, { columns: true, bom: true });
  return rows.map((row) => ({
    code: row['code'] ?? '',
    name: row['name'] ?? '',
    downMbps: Number(row['down_mbps']),
  }));
}

/** What the four files hold, which are there, as a SHA-256: another story begins with another content. */
export async function digestOf(folder: string): Promise<string> {
  const whole = createHash('sha256');
  for (const file of FILES) {
    const one = createHash('sha256');
    await pipeline(createReadStream(join(folder, file)), one);
    whole.update(one.digest());
  }
  return whole.digest('hex');
}

const TERM_MONTHS = 36;

/** Reads a folder with regions.csv, tiers.csv, lines.csv and coverage.csv. @throws Refusal that names the file */
export async function readFolder(folder: string, currency: string): Promise<DemoInput> {
  const { regions, tiers, lines, reach } = await readSheets(folder, currency, TERM_MONTHS);
  const linesFile = join(folder, 'lines.csv');
  const sites = new Map<string, number>();
  const demand = new Map<string, number>();
  const asked = new Map<string, Asked[]>();
  const bills = new Map<string, number[]>();
  for (const { regionCode, tierCode, quantity, presentProvider, presentDownMbps, presentMonthly } of lines) {
    sites.set(regionCode, (sites.get(regionCode) ?? 0) + 1);
    const cell = `${regionCode} ${tierCode}`;
    demand.set(cell, (demand.get(cell) ?? 0) + quantity);
    if (presentMonthly === null) continue;
    const monthly = Number(presentMonthly);
    add(bills, tierCode, monthly);
    if (presentProvider !== null) add(asked, presentProvider, { speed: presentDownMbps ?? 0, monthly });
  }
  const listPrices = new Map([...asked].map(([provider, list]) => [provider, pricePerTier(list, tiers, currency)]));
  const all = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const survey = { businesses: lines.length, lines: all, sites, demand };
  const openMarket = openMarketOf(listPrices, tiers);
  return {
    title: `Small businesses of ${regions.find(({ parentCode }) => parentCode === null)?.name ?? basename(folder)}`,
    currency,
    termMonths: TERM_MONTHS,
    regionsCsv: readFileSync(join(folder, 'regions.csv'), 'utf8'),
    tiersCsv: readFileSync(join(folder, 'tiers.csv'), 'utf8'),
    tiers,
    linesCsv: () => createReadStream(linesFile, { encoding: 'utf8' }) as AsyncIterable<string>,
    linesBytes: statSync(linesFile).size,
    survey,
    openMarket,
    award: { awardRule: 'lot', minWinners: 1, maxShareBp: null },
    bidders: bidPlans({ survey, tiers, listPrices, reach, openMarket, paid: paidPerTier(bills) }),
  };
}

function add<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
