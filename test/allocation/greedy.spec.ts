import { greedyBands } from '../../src/allocation/rules/greedy.js';
import { improve } from '../../src/allocation/rules/improve.js';
import { marketOf } from '../../src/allocation/rules/market.js';
import { decide } from '../../src/allocation/rules/decide.js';
import { Server } from '../../src/allocation/rules/serve.js';
import type { AwardRule } from '../../src/allocation/rules/problem.js';
import { largeProblem } from './large-problem.js';
import { nonsense } from './in-process.js';

const AWARDS: readonly AwardRule[] = ['lot', 'tier', 'shared'];

describe('the bands to begin with', () => {
  it.each(AWARDS)('serve a large market at once, where a search begun with nothing does not: award %s', (award) => {
    const market = marketOf(largeProblem(40, 200, award));
    const server = new Server(market);
    const patience = { trials: 10, stop: () => false };
    const from = (bands: Int32Array) => improve(market, server, bands, patience, () => true);
    expect(from(new Int32Array(market.bids.length).fill(-1))).toBeNull();
    expect([false, true].map((wide) => from(greedyBands(market, wide))).filter((found) => found !== null)).not.toEqual(
      [],
    );
  });

  it('an allocation is told of before anything is priced, however early the limit comes', () => {
    const market = marketOf(largeProblem(40, 200, 'shared'));
    let told: number | null = null;
    let asked = 0;
    // Work is only stopped between its steps: whoever asks for the fortieth time has found nothing by pricing yet.
    const stop = () => (asked += 1) > 40;
    decide(market, { solver: nonsense(), stop, progress: (found) => void (told ??= found?.cost ?? null) });
    expect(told).not.toBeNull();
  });
});
