/** `npm run bench [-- NAME...]`: every benchmark prints a ratio to a floor that is measured in the same run. */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { AwardRule } from '../src/allocation/rules/problem.js';
import { ALLOCATION_SIZES, type AllocationSizes, benchAllocation } from './allocation.js';
import { AUCTION_SIZES, benchAuction } from './auction.js';
import { benchBilling } from './billing.js';
import { benchBoard, BOARD_SIZE } from './board.js';
import { benchJoins } from './joins.js';
import { benchKnown, KNOWN_SIZES } from './known.js';
import { benchMillion, LINES } from './million.js';
import { benchPayments } from './payments.js';
import { Report } from './report.js';
import { benchStages, SIZES } from './stages.js';

interface Options {
  readonly sizes: string;
  readonly lines: string;
  readonly providers?: string;
  readonly lots?: string;
  readonly awards: string;
  readonly seeds: string;
  readonly bidders: string;
  readonly improvements: string;
  readonly seconds: string;
  readonly floor: boolean;
  readonly ours: boolean;
  readonly kept?: string;
  readonly proofs?: boolean;
  readonly json?: string;
}

const numbers = (list: string): number[] => (list === '' ? [] : list.split(',').map(Number));
const given = (list: string | undefined, unless: readonly number[]): readonly number[] =>
  list === undefined ? unless : numbers(list);

const BENCHES: Readonly<Record<string, (report: Report, options: Options) => Promise<void>>> = {
  joins: benchJoins,
  stages: (report, { sizes }) => benchStages(report, numbers(sizes)),
  billing: (report, { sizes }) => benchBilling(report, numbers(sizes)),
  payments: (report, { sizes }) => benchPayments(report, numbers(sizes)),
  allocation: (report, options) => benchAllocation(report, allocationSizes(options)),
  known: (report) => benchKnown(report, KNOWN_SIZES),
  million: (report, { lines, awards }) => benchMillion(report, numbers(lines), awards.split(',') as AwardRule[]),
  auction: (report, { bidders, improvements, providers, lots }) =>
    benchAuction(report, {
      bidders: numbers(bidders),
      improvements: Number(improvements),
      providers: given(providers, AUCTION_SIZES.providers),
      lots: given(lots, AUCTION_SIZES.lots),
    }),
  board: (report, { awards, providers, lots, proofs = false }) => {
    const size = {
      providers: given(providers, [BOARD_SIZE.providers])[0] ?? BOARD_SIZE.providers,
      lots: given(lots, [BOARD_SIZE.lots])[0] ?? BOARD_SIZE.lots,
    };
    return benchBoard(report, awards.split(',') as AwardRule[], size, proofs);
  },
};

function allocationSizes(options: Options): AllocationSizes {
  return {
    providers: given(options.providers, ALLOCATION_SIZES.providers),
    lots: given(options.lots, ALLOCATION_SIZES.lots),
    awards: options.awards.split(',') as AwardRule[],
    seeds: numbers(options.seeds),
    seconds: Number(options.seconds),
    floor: options.floor,
    ours: options.ours,
    kept: options.kept ?? null,
  };
}

const program = new Command('npm run bench --')
  .description(
    'Measures, each against a floor in the same run. A ratio above 1 is slower than the floor, unless it says.',
  )
  .argument('[names...]', `which: ${Object.keys(BENCHES).join(', ')}; all unless said`)
  .option('--sizes <n,...>', 'stages: numbers of businesses; billing and payments: of lines', SIZES.join(','))
  .option('--lines <n,...>', 'million: numbers of pledged lines', LINES.join(','))
  .option('--providers <n,...>', 'allocation and auction: numbers of providers; board: the first')
  .option('--lots <n,...>', 'allocation and auction: numbers of lots; board: the first')
  .option('--bidders <n,...>', 'auction: bidders at the same time', AUCTION_SIZES.bidders.join(','))
  .option('--improvements <n>', 'auction: improvements of a round', String(AUCTION_SIZES.improvements))
  .option('--awards <rule,...>', 'allocation, million and board: award rules', ALLOCATION_SIZES.awards.join(','))
  .option('--seeds <n,...>', 'allocation: problems of each size', ALLOCATION_SIZES.seeds.join(','))
  .option('--seconds <n>', 'allocation: limit of one solve, of processor time', String(ALLOCATION_SIZES.seconds))
  .option('--no-floor', 'allocation: without the plain calls')
  .option('--no-ours', 'allocation: the plain calls alone')
  .option('--kept <file>', 'allocation: goes on with what is in the file, and keeps there what it measures')
  .option('--proofs', 'board: also has every gap proved that the board leaves as at least and at most')
  .option('--json <file>', 'write the rows there');
program.parse();

const options = program.opts<Options>();
const names = program.args.length > 0 ? program.args : Object.keys(BENCHES);
const report = new Report();
for (const name of names) {
  const bench = BENCHES[name];
  if (!bench) throw new Error(`there is no benchmark "${name}"; there are ${Object.keys(BENCHES).join(', ')}`);
  await bench(report, options);
}
if (options.json !== undefined) writeFileSync(options.json, report.json());
