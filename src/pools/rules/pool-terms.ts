/** The terms of a pool: what its sponsor drafts, what opening freezes, and what may be wrong with them. */
import { MAX_MINOR, type Minor } from '../../kernel/money.js';
import { nextState } from '../../kernel/lifecycle.js';
import { addDays } from '../../kernel/period.js';
import { type Fault, invalid, type Refusal, refuse } from '../../kernel/refusal.js';
import type { PricedBand } from '../../pricing/rules/band-faults.js';
import { scheduleFaults } from '../../pricing/rules/indicative.js';
import { MAX_QUANTITY } from './pledging.js';
import { poolLifecycle, type PoolState } from './pool-lifecycle.js';

/** Demand gathered longer than this no longer says what businesses want. */
export const MAX_JOINING_DAYS = 366;

export interface PoolTier {
  readonly tierCode: string;
  /** what such a line costs a month without the pool */
  readonly openMarketMonthly: Minor;
}

export interface PoolTerms {
  readonly joiningEndsAt: Date;
  readonly criticalMass: number;
  readonly termMonths: number;
  readonly regions: readonly string[];
  readonly tiers: readonly PoolTier[];
  /** the indicative schedule: bands ascending by `from`, each with a monthly price per tier */
  readonly bands: readonly PricedBand[];
}

/** What is wrong with the terms as far as they are given; a draft may lack regions, tiers and bands. */
export function termFaults(terms: PoolTerms): Fault[] {
  const tiers = terms.tiers.map((tier) => tier.tierCode);
  const faults = [
    ...twice(terms.regions, (index) => `regions.${index}`),
    ...twice(tiers, (index) => `tiers.${index}.tierCode`),
  ];
  const most = MAX_MINOR / BigInt(MAX_QUANTITY * terms.termMonths);
  for (const [index, { openMarketMonthly }] of terms.tiers.entries()) {
    if (openMarketMonthly <= 0n) {
      faults.push({ path: `tiers.${index}.openMarketMonthly`, reason: 'Give a price above zero.' });
    } else if (openMarketMonthly > most) {
      const reason = `With it a pledge of ${MAX_QUANTITY} lines costs more over ${terms.termMonths} months than the largest amount, ${MAX_MINOR} minor units: give at most ${most}.`;
      faults.push({ path: `tiers.${index}.openMarketMonthly`, reason });
    }
  }
  if (terms.bands.length === 0) return faults;
  faults.push(...scheduleFaults({ bands: terms.bands }, tiers));
  const first = terms.bands[0];
  if (first && first.from > terms.criticalMass) {
    faults.push({
      path: 'bands.0.from',
      reason: `A pool of ${terms.criticalMass} lines locks, yet would have no price: let the first band begin at ${terms.criticalMass} lines or fewer.`,
    });
  }
  return faults;
}

/** May the pool be opened as it is? Opening freezes its terms. */
export function whyNotOpen(pool: PoolTerms & { readonly state: PoolState }, now: Date): Refusal | null {
  if (nextState(poolLifecycle, pool.state, 'open') === null) {
    return refuse('pool.cannot-open', `Only a draft can be opened; this pool is ${pool.state}.`, { state: pool.state });
  }
  const faults = termFaults(pool);
  const lacking = (list: readonly unknown[], path: string, what: string) =>
    list.length > 0 ? [] : [{ path, reason: `Give at least one ${what} before opening.` }];
  faults.push(...lacking(pool.regions, 'regions', 'region'), ...lacking(pool.tiers, 'tiers', 'service tier'));
  faults.push(...lacking(pool.bands, 'bands', 'indicative band'));
  if (pool.joiningEndsAt <= now) {
    faults.push({ path: 'joiningEndsAt', reason: 'This instant has passed; let joining end in the future.' });
  } else if (pool.joiningEndsAt > addDays(now, MAX_JOINING_DAYS)) {
    faults.push({ path: 'joiningEndsAt', reason: `Let joining end within ${MAX_JOINING_DAYS} days.` });
  }
  const [fault] = faults;
  return fault
    ? invalid('pool.not-ready', `The pool cannot be opened yet. ${fault.path}: ${fault.reason}`, faults)
    : null;
}

function twice(codes: readonly string[], pathOf: (index: number) => string): Fault[] {
  return codes.flatMap((code, index) =>
    codes.indexOf(code) === index ? [] : [{ path: pathOf(index), reason: `${code} is there twice; name it once.` }],
  );
}
