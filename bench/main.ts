/** `npm run bench [-- NAME...]`: every benchmark prints a ratio to a floor that is measured in the same run. */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { benchJoins } from './joins.js';
import { Report } from './report.js';
import { benchStages, SIZES } from './stages.js';

const BENCHES: Readonly<Record<string, (report: Report, sizes: readonly number[]) => Promise<void>>> = {
  joins: benchJoins,
  stages: benchStages,
};

const program = new Command('npm run bench --')
  .description(
    'Measures, each against a floor in the same run. A ratio above 1 is slower than the floor, unless it says.',
  )
  .argument('[names...]', `which: ${Object.keys(BENCHES).join(', ')}; all unless said`)
  .option('--sizes <n,...>', 'numbers of businesses', SIZES.join(','))
  .option('--json <file>', 'write the rows there');
program.parse();

const { sizes, json } = program.opts<{ sizes: string; json?: string }>();
const names = program.args.length > 0 ? program.args : Object.keys(BENCHES);
const report = new Report();
for (const name of names) {
  const bench = BENCHES[name];
  if (!bench) throw new Error(`there is no benchmark "${name}"; there are ${Object.keys(BENCHES).join(', ')}`);
  await bench(report, sizes.split(',').map(Number));
}
if (json !== undefined) writeFileSync(json, report.json());
