/** What a member may pledge, and until when it may change its mind. */
import { MAX_MINOR, type Minor } from '../../kernel/money.js';
import { type Fault, invalid, type Refusal, refuse } from '../../kernel/refusal.js';
import type { PoolState } from './pool-lifecycle.js';

/**
 * firm: an offer at or below the ceiling, the set-up spread over the term included, is accepted by itself.
 * interest: the member decides on the offer.
 */
export type Commitment = 'firm' | 'interest';

/** A pledge with more lines than this is several businesses. */
export const MAX_QUANTITY = 1_000;

export interface JoinablePool {
  readonly state: PoolState;
  readonly joiningEndsAt: Date;
  readonly regions: readonly string[];
  readonly tiers: readonly string[];
  readonly termMonths: number;
}

/** What a member wants, absent values being null. */
export interface PledgeWish {
  readonly commitment: Commitment;
  readonly site: {
    readonly regionCode: string;
    readonly latitude: number | null;
    readonly longitude: number | null;
  };
  readonly lines: readonly WishedTier[];
}

interface WishedTier {
  readonly tierCode: string;
  readonly quantity: number;
  readonly ceilingMonthly: Minor | null;
  readonly presentMonthly: Minor | null;
  /** once, for all these lines */
  readonly exitFee: Minor | null;
}

/** Is the pool closed to joining, changing and leaving? */
export function whyNotJoinNow(pool: Pick<JoinablePool, 'state' | 'joiningEndsAt'>, now: Date): Refusal | null {
  if (pool.state !== 'open') {
    const why = pool.state === 'draft' ? 'is not open yet' : `is ${pool.state}`;
    return refuse('pool.not-open', `This pool ${why}: only an open pool can be joined, changed or left.`, {
      state: pool.state,
    });
  }
  if (now >= pool.joiningEndsAt) {
    const ended = pool.joiningEndsAt.toISOString();
    return refuse('pool.joining-ended', `Joining ended at ${ended}; pledges can no longer be made, changed or left.`, {
      joiningEndsAt: ended,
    });
  }
  return null;
}

/** May this be pledged in this pool now? */
export function whyNotPledge(pool: JoinablePool, wish: PledgeWish, now: Date): Refusal | null {
  const closed = whyNotJoinNow(pool, now);
  if (closed) return closed;
  const faults = pledgeFaults(pool, wish);
  const [fault] = faults;
  return fault ? invalid('pledge.invalid', `${fault.path}: ${fault.reason}`, faults) : null;
}

function pledgeFaults(pool: JoinablePool, { commitment, site, lines }: PledgeWish): Fault[] {
  const faults: Fault[] = [];
  if (!pool.regions.includes(site.regionCode)) {
    faults.push({ path: 'site.regionCode', reason: notOfPool('region', site.regionCode, pool.regions) });
  }
  if ((site.latitude === null) !== (site.longitude === null)) {
    const path = site.latitude === null ? 'site.latitude' : 'site.longitude';
    faults.push({ path, reason: 'Give both coordinates, or neither.' });
  }
  const seen = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const { tierCode, ceilingMonthly } = line;
    const path = `lines.${index}`;
    if (!pool.tiers.includes(tierCode)) {
      faults.push({ path: `${path}.tierCode`, reason: notOfPool('service tier', tierCode, pool.tiers) });
    } else if (seen.has(tierCode)) {
      faults.push({ path: `${path}.tierCode`, reason: `${tierCode} is there twice; give one line with the quantity.` });
    }
    seen.add(tierCode);
    if (ceilingMonthly === 0n) {
      faults.push({ path: `${path}.ceilingMonthly`, reason: 'A ceiling is above zero; leave it out for none.' });
    } else if (commitment === 'firm' && ceilingMonthly === null) {
      faults.push({
        path: `${path}.ceilingMonthly`,
        reason:
          'A firm pledge needs a ceiling on every line: the most you would pay a month. Give it, or pledge interest.',
      });
    }
    if (costsTooMuch(line, pool.termMonths)) {
      const reason = `What these lines cost today over ${pool.termMonths} months, and leaving, ${TOO_MUCH}`;
      faults.push({ path: `${path}.presentMonthly`, reason });
    }
  }
  return faults;
}

const TOO_MUCH = `is above the largest amount, ${MAX_MINOR} minor units; correct it.`;

/** Offers say what is saved over the term of the pool: that has to be an amount, too. */
export function costsTooMuch(
  line: Pick<WishedTier, 'quantity' | 'presentMonthly' | 'exitFee'>,
  months: number,
): boolean {
  const today = (line.presentMonthly ?? 0n) * BigInt(line.quantity) * BigInt(months);
  return today + (line.exitFee ?? 0n) > MAX_MINOR;
}

/** "X is not a region of this pool; its regions are ..." */
export function notOfPool(what: string, code: string, known: readonly string[]): string {
  const listed = known.slice(0, 20).join(', ');
  const more = known.length > 20 ? ` and ${known.length - 20} more` : '';
  return `${code} is not a ${what} of this pool; its ${what}s are ${listed}${more}.`;
}
