/** Local search over the bands of all bids: one bid changes, or one gives way to another. Deterministic. */
import type { Found } from './allocation.js';
import type { Market } from './market.js';
import { NONE } from './region.js';
import type { BandVector, Server, Trial } from './serve.js';

/** How long a local search may go on. */
export interface Patience {
  /** trials */
  readonly trials: number;
  /** what serves all and costs no more than this cannot be better; unless said, nothing is known of the kind */
  readonly least?: number;
  stop(): boolean;
}

function better(a: Trial, b: Trial): boolean {
  return a.short < b.short || (a.short === b.short && a.cost < b.cost);
}

/**
 * Improves the bands of all bids until nothing near is better, and gives the allocation when it keeps all rules.
 * @param open whether an option may be tried
 */
export function improve(
  market: Market,
  server: Server,
  start: BandVector,
  patience: Patience,
  open: (option: number) => boolean,
): Found | null {
  const bands = start.slice();
  let best = server.serve(bands);
  let left = patience.trials;
  const attempt = (changes: readonly (readonly [bid: number, option: number])[]): boolean => {
    left -= 1;
    const before = changes.map(([bid]) => bands[bid] ?? NONE);
    for (const [bid, option] of changes) bands[bid] = option;
    const trial = server.serve(bands);
    if (better(trial, best)) {
      best = trial;
      return true;
    }
    changes.forEach(([bid], k) => (bands[bid] = before[k] ?? NONE));
    return false;
  };
  const others = (bid: number) =>
    [NONE, ...(market.bids[bid]?.options ?? [])].filter((o) => o !== bands[bid] && (o === NONE || open(o)));
  const { least = -Infinity } = patience;
  const goOn = () => left > 0 && (best.short > 0 || best.cost > least) && !patience.stop();
  for (let again = true; again && goOn();) {
    again = false;
    for (let bid = 0; bid < market.bids.length && goOn(); bid += 1) {
      for (const option of others(bid)) if (goOn() && attempt([[bid, option]])) again = true;
    }
    for (let bid = 0; !again && bid < market.bids.length && goOn(); bid += 1) {
      if (bands[bid] === NONE) continue;
      for (let other = 0; !again && other < market.bids.length; other += 1) {
        if (other === bid) continue;
        for (const down of others(bid)) {
          for (const up of others(other)) {
            if (
              !again &&
              up !== NONE &&
              goOn() &&
              attempt([
                [bid, down],
                [other, up],
              ])
            )
              again = true;
          }
        }
      }
    }
  }
  server.serve(bands);
  return server.found();
}
