/** Everything that is wrong with the terms of a tender, each fault at its place. */
import { MAX_MINOR } from '../../kernel/money.js';
import type { Fault } from '../../kernel/refusal.js';
import { auctionFaults } from './auction-faults.js';
import { awardFaults } from './award-faults.js';
import { lotFaults } from './lot-faults.js';
import { mergedDemand, toldLots } from './shown-demand.js';
import type { TenderFrame, TenderTerms } from './terms.js';

/** Nobody can bid in less than this. */
export const LEAST_BIDDING_MINUTES = 5;
/** A calendar further ahead than this is a slip of the pen. */
export const MOST_BIDDING_DAYS = 730;

const MINUTE_MILLIS = 60_000;

/** Faults of what an officer wrote, whatever the time is. Single values have been checked as such. */
export function termsFaults(terms: TenderTerms, frame: TenderFrame): Fault[] {
  const { enquiryEndsAt, biddingEndsAt } = terms;
  const faults = [
    ...lotFaults(terms.lots, frame),
    ...capFaults(terms, frame),
    ...awardFaults(terms, frame),
    ...auctionFaults(terms.auction),
    ...totalFaults(terms, frame),
  ];
  if (enquiryEndsAt !== null && biddingEndsAt !== null && enquiryEndsAt >= biddingEndsAt) {
    const reason = 'Questions must end before the bidding does, so that answers still help.';
    faults.push({ path: 'enquiryEndsAt', reason });
  }
  return faults;
}

/** Faults of the end of bidding as seen now. */
export function biddingEndFaults(biddingEndsAt: Date | null, now: Date): Fault[] {
  const path = 'biddingEndsAt';
  if (biddingEndsAt === null) return [{ path, reason: 'The end of the bidding is not set; give a day and time.' }];
  const minutes = (biddingEndsAt.getTime() - now.getTime()) / MINUTE_MILLIS;
  if (minutes < LEAST_BIDDING_MINUTES) {
    const reason = `The bidding must end at least ${LEAST_BIDDING_MINUTES} minutes from now (it is ${now.toISOString()}); give a later time.`;
    return [{ path, reason }];
  }
  if (minutes > MOST_BIDDING_DAYS * 24 * 60) {
    return [{ path, reason: `The bidding must end within ${MOST_BIDDING_DAYS} days; give an earlier time.` }];
  }
  return [];
}

/** Everything that stands against publishing now; empty when the tender may be published. */
export function publishFaults(terms: TenderTerms, frame: TenderFrame, now: Date): Fault[] {
  const faults = [...termsFaults(terms, frame), ...biddingEndFaults(terms.biddingEndsAt, now)];
  if (terms.enquiryEndsAt !== null && terms.enquiryEndsAt <= now) {
    const reason = 'Questions would have ended before anybody could ask one; give a later time, or none.';
    faults.push({ path: 'enquiryEndsAt', reason });
  }
  return faults;
}

/**
 * Whether everybody may know the leading total while tariffs are improved: whoever leads sees by how much it falls with one of
 * its own prices, and so for how many lines it is.
 */
function totalFaults({ auction: { format, feedback }, lots }: TenderTerms, frame: TenderFrame): Fault[] {
  if (format === 'sealed' || feedback !== 'rank-and-total') return [];
  const told = toldLots(lots, mergedDemand(lots, frame));
  const hidden = lots.find(({ code }) => !told.has(code));
  if (!hidden) return [];
  const reason = `Too few lines are wanted in lot ${hidden.code} to tell how many there are, and the leading total would tell it; choose rank, or put more regions into each lot.`;
  return [{ path: 'auction.feedback', reason }];
}

function capFaults(terms: TenderTerms, frame: TenderFrame): Fault[] {
  return Object.entries(terms.priceCaps).flatMap(([tier, cap]) => {
    const path = `priceCaps.${tier}`;
    if (!frame.tiers.includes(tier)) {
      return [{ path, reason: `The pool has no tier ${tier}; its tiers are ${frame.tiers.join(', ')}.` }];
    }
    return cap > 0n && cap <= MAX_MINOR
      ? []
      : [{ path, reason: `A cap of ${cap} leaves no price to bid; give more than zero, or leave the tier out.` }];
  });
}
