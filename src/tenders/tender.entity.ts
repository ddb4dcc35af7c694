import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AuctionSettings } from './rules/auction-settings.js';
import type { TenderState } from './rules/tender-lifecycle.js';
import type { AwardRule } from './rules/terms.js';

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
