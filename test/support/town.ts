/** Spreadsheets of a small town, for demonstrations that are about something else than size. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LINES_HEADER } from '../../demo/input.js';

export const BUSINESSES = 90;
const QUARTERS = { 'XX-T-EAST': 'East', 'XX-T-WEST': 'West', 'XX-T-HILL': 'Hill', 'XX-T-FAR': 'Far' };

/** A business of a town, with the line that it wants; all unless said otherwise as most are. */
export interface Shop {
  readonly region: keyof typeof QUARTERS;
  readonly tier?: string;
  readonly quantity?: number;
  /** whose line it has today; '' when nobody knows */
  readonly provider: string;
  readonly monthly?: string;
  readonly ceiling?: string;
  /** who could serve it, with the speed */
  readonly reachedBy: Readonly<Record<string, number>>;
}

/** Writes the four spreadsheets of a town of shops. */
export function writeShops(folder: string, shops: readonly Shop[]): { lines: number } {
  mkdirSync(folder, { recursive: true });
  const regions = Object.entries(QUARTERS).filter(([code]) => shops.some(({ region }) => region === code));
  const files = {
    'regions.csv': `code,parent,name\nXX-T,,"Town, the"\n${regions.map(([code, name]) => `${code},XX-T,${name}\n`).join('')}`,
    'tiers.csv':
      'code,name,down_mbps,up_mbps,repair_hours\nslow,Slow,50,10,48\nswift,Swift,300,100,24\nglass,Glass,1000,1000,8\n',
    'lines.csv': `${LINES_HEADER}\n`,
    'coverage.csv': 'site_ref,provider,max_down_mbps\n',
  };
  let lines = 0;
  for (const [i, shop] of shops.entries()) {
    const { region, tier = 'swift', quantity = 1, provider, monthly = '60.00', ceiling = '', reachedBy } = shop;
    lines += quantity;
    files['lines.csv'] +=
      `T-${i},"Shop, no. ${i}",4,G,${region},35.1,-86.2,${tier},${quantity},${provider},100,${monthly},${ceiling}\n`;
    for (const [name, speed] of Object.entries(reachedBy)) files['coverage.csv'] += `T-${i},${name},${speed}\n`;
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { lines };
}

/** A small town: two quarters, three tiers, one provider in the east, two in the west. */
export function writeTown(folder: string, names = { one: 'Town Net', other: 'Rival' }): { lines: number } {
  const shops = Array.from({ length: BUSINESSES }, (_nothing, i): Shop => {
    const west = i % 2 === 1;
    return {
      region: west ? 'XX-T-WEST' : 'XX-T-EAST',
      tier: ['slow', 'swift', 'glass'][i % 3] ?? '',
      quantity: i % 7 === 0 ? 2 : 1,
      provider: i % 4 === 1 ? names.other : names.one,
      ceiling: i % 3 === 0 ? '48.50' : '',
      reachedBy: { [names.one]: 1_000, ...(west && names.other !== names.one ? { [names.other]: 500 } : {}) },
    };
  });
  return writeShops(folder, shops);
}

/** So many shops that are alike. */
export function alike(count: number, shop: Shop): Shop[] {
  return Array.from({ length: count }, () => shop);
}
