/** Spreadsheets of a small town, for demonstrations that are about something else than size. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LINES_HEADER } from '../../demo/input.js';

export const BUSINESSES = 90;
const REGIONS = ['XX-T-EAST', 'XX-T-WEST'];

/** A small town: two quarters, three tiers, one provider in the east, two in the west. */
export function writeTown(folder: string, names = { one: 'Town Net', other: 'Rival' }): { lines: number } {
  mkdirSync(folder, { recursive: true });
  const files = {
    'regions.csv': 'code,parent,name\nXX-T,,"Town, the"\nXX-T-EAST,XX-T,East\nXX-T-WEST,XX-T,West\n',
    'tiers.csv':
      'code,name,down_mbps,up_mbps,repair_hours\nslow,Slow,50,10,48\nswift,Swift,300,100,24\nglass,Glass,1000,1000,8\n',
    'lines.csv': `${LINES_HEADER}\n`,
    'coverage.csv': 'site_ref,provider,max_down_mbps\n',
  };
  let lines = 0;
  for (let i = 0; i < BUSINESSES; i += 1) {
    const region = REGIONS[i % 2] ?? '';
    const quantity = i % 7 === 0 ? 2 : 1;
    lines += quantity;
    const provider = i % 2 === 1 && i % 4 === 1 ? names.other : names.one;
    const ceiling = i % 3 === 0 ? '48.50' : '';
    const tier = ['slow', 'swift', 'glass'][i % 3];
    files['lines.csv'] +=
      `T-${i},"Shop, no. ${i}",4,G,${region},35.1,-86.2,${tier},${quantity},${provider},100,60.00,${ceiling}\n`;
    files['coverage.csv'] += `T-${i},${names.one},1000\n${region === 'XX-T-WEST' ? `T-${i},${names.other},500\n` : ''}`;
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { lines };
}
