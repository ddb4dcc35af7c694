import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AuctionSettings } from './rules/auction-settings.js';
import type { TenderState } from './rules/tender-lifecycle.js';
import type { Minor } from '../kernel/money.js';
import type { AwardRule, AwardTerms, WinnerGroup } from './rules/terms.js';

@Entity('tender')
export class Tender {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'pool_id' })
  poolId!: string;

  @Column('text')
  title!: string;

  @Column('text')
  state!: TenderState;

  @Column('integer')
  version!: number;

  @Column('text', { name: 'award_rule' })
  awardRule!: AwardRule;

  @Column('integer', { name: 'min_winners' })
  minWinners!: number;

  @Column('integer', { name: 'max_winners', nullable: true })
  maxWinners!: number | null;

  /** basis points of all lines */
  @Column('integer', { name: 'max_share_bp', nullable: true })
  maxShareBp!: number | null;

  /** in the order in which the officer gave them */
  @Column('jsonb', { name: 'winner_groups' })
  winnerGroups!: readonly WinnerGroup[];

  /** what all awards together may cost over the term */
  @Column('bigint', { name: 'budget_minor', nullable: true })
  budgetMinor!: Minor | null;

  /** basis points of what all awards together cost */
  @Column('integer', { name: 'max_cost_share_bp', nullable: true })
  maxCostShareBp!: number | null;

  @Column('timestamptz', { name: 'enquiry_ends_at', nullable: true })
  enquiryEndsAt!: Date | null;

  @Column('timestamptz', { name: 'bidding_ends_at', nullable: true })
  biddingEndsAt!: Date | null;

  @Column('integer', { name: 'standstill_days' })
  standstillDays!: number;

  @Column('integer', { name: 'offer_days' })
  offerDays!: number;

  /** how bids compete once they are opened */
  @Column('jsonb')
  auction!: AuctionSettings;

  @Column('char', { length: 3 })
  currency!: string;

  @Column('integer', { name: 'term_months' })
  termMonths!: number;

  @Column('timestamptz', { name: 'published_at', nullable: true })
  publishedAt!: Date | null;

  @Column('text', { name: 'content_hash', nullable: true })
  contentHash!: string | null;

  @Column('timestamptz', { name: 'cancelled_at', nullable: true })
  cancelledAt!: Date | null;

  @Column('text', { name: 'why_cancelled', nullable: true })
  whyCancelled!: string | null;
}

/** By what a tender is awarded. */
export function awardTermsOf(tender: AwardTerms): AwardTerms {
  const { awardRule, minWinners, maxWinners, maxShareBp, winnerGroups, budgetMinor, maxCostShareBp } = tender;
  return { awardRule, minWinners, maxWinners, maxShareBp, winnerGroups, budgetMinor, maxCostShareBp };
}
