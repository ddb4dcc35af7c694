/** Spreadsheets that do not fit: each ends the demonstration with one line that says where, before anything is started. */
import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiRefusal } from '../../demo/api.js';
import { readFolder } from '../../demo/input.js';
import { Refusal } from '../../src/kernel/refusal.js';
import { temporaryDataFolder } from '../../src/platform/embedded/embedded-postgres.js';
import { sentenceOf } from '../../src/sentence.js';
import { demoRun } from '../support/demo-run.js';
import { alike, writeShops } from '../support/town.js';

describe('the spreadsheets of a demonstration', () => {
  const folder = temporaryDataFolder('pumasi-sheets');
  const at = (file: string): string => join(folder, file);
  const change = (file: string, from: string | RegExp, to: string): void =>
    writeFileSync(at(file), readFileSync(at(file), 'utf8').replace(from, to));

  beforeEach(() => {
    writeShops(
      folder,
      alike(40, { region: 'XX-T-EAST', provider: 'Town Net', ceiling: '50.00', reachedBy: { 'Town Net': 1_000 } }),
    );
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const bad: [string, () => void, string, RegExp][] = [
    [
      'a file that was cut off',
      () => truncateSync(at('lines.csv'), readFileSync(at('lines.csv')).byteLength - 30),
      'lines.csv: Line 41, the last one, ',
      /has no line break at its end, so that a part of it may be missing/,
    ],
    [
      'a row with too few values',
      () => writeFileSync(at('lines.csv'), `${readFileSync(at('lines.csv'), 'utf8').slice(0, -30)}\n`),
      'lines.csv, line 41: ',
      /the line has \d+ values, the header 13\. Correct the file/,
    ],
    [
      'a file that is no text',
      () => writeFileSync(at('lines.csv'), Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0])),
      'lines.csv: ',
      /Save the spreadsheet as "CSV UTF-8"/,
    ],
    [
      'another header of the coverage',
      () => change('coverage.csv', 'site_ref', 'site'),
      'coverage.csv: ',
      /must name the columns site_ref, provider, max_down_mbps: "site_ref" is missing/,
    ],
    [
      'a row of the coverage that is too short',
      () => change('coverage.csv', 'T-1,Town Net,1000', 'T-1,Town Net'),
      'coverage.csv, line 3: max_down_mbps ',
      /the line has 2 values/,
    ],
    [
      'a speed in words',
      () => change('coverage.csv', 'T-1,Town Net,1000', 'T-1,Town Net,fast'),
      'coverage.csv, line 3: max_down_mbps ',
      /is "fast": give the speed/,
    ],
    [
      'another header of the lines',
      () => change('lines.csv', 'quantity', 'count'),
      'lines.csv: ',
      /"quantity" is missing/,
    ],
    [
      'a quantity below zero',
      () => change('lines.csv', 'swift,1,', 'swift,-3,'),
      'lines.csv, line 2: quantity ',
      /is "-3": give a whole number/,
    ],
    [
      'a region without its parent',
      () => change('regions.csv', 'XX-T-EAST,XX-T', 'XX-T-EAST,XX-S'),
      'regions.csv, line 3: parent ',
      /neither in the file/,
    ],
    [
      'a tier without a speed',
      () => change('tiers.csv', 'slow,Slow,50', 'slow,Slow,'),
      'tiers.csv, line 2: down_mbps ',
      /whole number/,
    ],
    ['no price at all', () => change('lines.csv', /60\.00/g, ''), 'lines.csv: ', /current_monthly.* Fill in those/],
    ['a file that is not there', () => rmSync(at('tiers.csv')), ' has no tiers.csv', /README/],
  ];

  it.each(bad)('are refused for %s, with the place', async (_what, spoil, where, what) => {
    spoil();
    const error: unknown = await readFolder(folder, 'USD').then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Refusal);
    const sentence = sentenceOf(error);
    expect(sentence).toContain(where.startsWith(' ') ? where : join(folder, where.split(/[:,]/)[0] ?? ''));
    expect(sentence).toContain(where);
    expect(sentence).toMatch(what);
    expect(sentence).not.toContain('\n');
  });

  it('may say that nobody reaches anybody, and begin with the mark of UTF-8', async () => {
    writeFileSync(at('coverage.csv'), '\uFEFFsite_ref,provider,max_down_mbps\n');
    change('lines.csv', 'business_ref', '\uFEFFbusiness_ref');
    const { bidders, survey } = await readFolder(folder, 'USD');
    expect(bidders.map(({ invented }) => invented)).toEqual([true]);
    expect(survey).toMatchObject({ businesses: 40, lines: 40 });
  });

  it('end the program with one line and status 2, and nothing is left behind', async () => {
    appendFileSync(at('lines.csv'), 'T-x,Half a row\n');
    const data = temporaryDataFolder('pumasi-unstarted');
    const run = demoRun(data, '--data', folder);
    expect(await run.ended).toBe(2);
    expect(run.said()).toMatch(/^pumasi: .*lines\.csv, line 42: .* Correct the file and start again\.\n$/);
    expect(readdirSync(data)).toEqual([]);
    rmSync(data, { recursive: true, force: true });
  });
});

it('what the system refuses in the middle of a story is told without a trace', () => {
  const refusal = new ApiRefusal(422, { code: 'bid.invalid', detail: 'The price is above the cap.' }, 'POST /bids (B)');
  expect(sentenceOf(refusal)).toBe('POST /bids (B): The price is above the cap.');
});
