/** A folder of somebody's spreadsheets, read as the system itself reads them, before anything is started. */
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { checkPlaces, readRegions, readTiers } from '../src/catalogue/regions-and-tiers-sheets.js';
import type { RegionInput, TierInput } from '../src/catalogue/rules/catalogue-row.js';
import { Refusal, refuse } from '../src/kernel/refusal.js';
import { readCsv } from '../src/platform/http/csv.js';
import { readLines } from '../src/pools/lines-sheet.js';
import type { ImportRow } from '../src/pools/rules/import-row.js';

export const FILES = ['regions.csv', 'tiers.csv', 'lines.csv', 'coverage.csv'] as const;

export interface Sheets {
  readonly regions: readonly RegionInput[];
  readonly tiers: readonly TierInput[];
  readonly lines: readonly ImportRow[];
  /** sites reached, per provider and region */
  readonly reach: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Nobody imports it, so that its limits are ours: some dozens of providers at each of the most sites. */
const COVERAGE = {
  columns: ['site_ref', 'provider', 'max_down_mbps'],
  maxRows: 5_000_000,
  maxBytes: 536_870_912,
  mayHaveNoRows: true,
} as const;
const MBPS = /^\d{1,9}(\.\d+)?$/;

/** Reads all four files. @throws Refusal that names the file, and the line and column where they are known */
export async function readSheets(folder: string, currency: string, termMonths: number): Promise<Sheets> {
  const missing = FILES.find((file) => !existsSync(join(folder, file)));
  if (missing !== undefined) {
    throw refuse('demo.no-file', `${folder} has no ${missing}. Add it; src/pools/README.md tells the format.`);
  }
  const read = <T>(file: (typeof FILES)[number], how: (stream: Readable) => Promise<T>): Promise<T> =>
    named(join(folder, file), how);
  const regions = await read('regions.csv', async (stream) => {
    const rows = [...(await readRegions(stream)).rows.values()];
    checkPlaces(rows, []);
    return rows.map(({ input }) => input);
  });
  const tiers = await read('tiers.csv', async (stream) => {
    const { rows } = await readTiers(stream);
    return Array.from(rows.values(), ({ input }) => input);
  });
  const scope = {
    regions: new Set(regions.map(({ code }) => code)),
    tiers: new Set(tiers.map(({ code }) => code)),
    currency,
    termMonths,
    consentStated: true,
  };
  const lines = await read('lines.csv', async (stream) => {
    const found = (await readLines(stream, scope)).lines;
    if (found.some(({ presentProvider, presentMonthly }) => presentProvider !== null && presentMonthly !== null)) {
      return found;
    }
    throw refuse(
      'demo.no-prices',
      'No line has both current_provider and current_monthly, of which the demonstration makes its bids. Fill in those that are known.',
    );
  });
  const regionOf = new Map(lines.map(({ reference, regionCode }) => [reference, regionCode]));
  return { regions, tiers, lines, reach: await read('coverage.csv', (stream) => readCoverage(stream, regionOf)) };
}

async function named<T>(path: string, read: (stream: Readable) => Promise<T>): Promise<T> {
  try {
    return await read(createReadStream(path));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message, facts, faults } = error;
    const [first] = faults;
    if (code !== 'csv.rows' || first === undefined) throw refuse(code, `${path}: ${message}`, facts);
    const others = Number(facts['faultCount'] ?? 1) - 1;
    const more = others === 0 ? '' : ` (and ${others} more)`;
    const where = `${path}, line ${first.line ?? 1}: ${first.path} ${first.reason}${more}`;
    throw refuse(code, `${where}. Correct the file and start again.`, facts);
  }
}

/** What providers reach of the sites in the list of lines; other sites are passed over. */
async function readCoverage(
  file: Readable,
  regionOf: ReadonlyMap<string, string>,
): Promise<Map<string, Map<string, number>>> {
  const reach = new Map<string, Map<string, number>>();
  await readCsv(file, COVERAGE, (rows, faults) => {
    for (const { line, values } of rows) {
      const { site_ref: site, provider, max_down_mbps: speed } = values;
      if (speed !== '' && !MBPS.test(speed)) {
        faults.add(line, 'max_down_mbps', `is "${speed.slice(0, 40)}": give the speed in Mbps, such as 300 or 0.768`);
      }
      const region = regionOf.get(site);
      if (region === undefined || provider === '') continue;
      const of = reach.get(provider) ?? new Map<string, number>();
      of.set(region, (of.get(region) ?? 0) + 1);
      reach.set(provider, of);
    }
  });
  return reach;
}
