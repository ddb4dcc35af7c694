/**
 * Which of several allocations that cost the same and give every bid as many lines: one that follows from the market, the
 * cost and the lines alone, so that it does not matter on which way a search came upon them.
 */
import { type Found, optionAt, priced } from './allocation.js';
import { cheapestPrices } from './ascent.js';
import { Bounds } from './bound.js';
import type { Decision, Means } from './decide.js';
import type { Market } from './market.js';
import { Probe } from './probe.js';
import { NONE, wholeRegion } from './region.js';
import { Search } from './search.js';
import { Server } from './serve.js';
import { transport } from './transport.js';

/** Nodes of the search, at the first of which it nearly always ends. */
const NODES = 500;

/** The market in which every bid can only win the lines that it wins in an allocation, for what that costs. */
function marketOnly(market: Market, { cost, lines }: Found): Market {
  const options = market.options.slice();
  const bids = market.bids.map((bid, i) => {
    const [won, o] = [lines[i] ?? 0, optionAt(market, i, lines[i] ?? 0)];
    const option = options[o];
    if (won === 0 || !option) return { ...bid, options: [] };
    options[o] = { ...option, lo: won, hi: won };
    return { ...bid, options: [o] };
  });
  return { ...market, options, bids, budget: cost };
}

/**
 * The same decision with that allocation.
 * @returns with ties not settled where the limit came before it was found
 */
export function settleLots(
  market: Market,
  decision: Decision,
  { solver, stop }: Pick<Means, 'solver' | 'stop'>,
): Decision {
  const { found, complete, tiesSettled } = decision;
  if (!found || !complete || !tiesSettled) return decision;
  const only = marketOnly(market, found);
  const region = wholeRegion(only);
  found.lines.forEach((lines, i) => (region.must[i] = lines > 0 ? 1 : 0));
  const bounds = new Bounds(only);
  const ends = (): boolean => probe.best !== null || stop();
  const probe = new Probe(only, bounds, new Server(only), solver, found.cost, () => undefined, ends);
  try {
    if (market.divisible) {
      const bands = Int32Array.from(only.bids, ({ options }) => options[0] ?? NONE);
      const shared = transport(only, region, bands, found, true);
      probe.offer(shared && priced(only, shared));
    }
    // Whole units, and numbers of winners within groups, which sharing leaves aside.
    if (!probe.best)
      new Search(probe, { nodes: NODES, stop: ends }, () => undefined).run(region, cheapestPrices(only, bounds));
    return probe.best ? { ...decision, found: probe.best } : { ...decision, tiesSettled: false };
  } finally {
    probe.free();
  }
}
