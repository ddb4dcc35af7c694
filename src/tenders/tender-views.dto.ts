/** What tenders look like from outside. */
import { ApiProperty } from '@nestjs/swagger';
import type { Minor } from '../kernel/money.js';
import { AuctionSettingsView } from './auction-settings.dto.js';
import { AWARD_RULES, type AwardRule } from './rules/terms.js';

/** A pool that was given up for good; the pool itself says the same. */
export class ReleasedPoolView {
  poolId!: string;
  state!: string;
  releasedAt!: Date;
  whyReleased!: string;
}

/** One lot and one tier in it. */
export class LotCellView {
  lot!: string;
  tier!: string;
}

/** Lines wanted in these cells together: for providers, cells are merged where they would point at single businesses. */
export class LotGroupView {
  @ApiProperty({ type: [LotCellView] })
  cells!: readonly LotCellView[];

  lines!: number;
}

/**
 * Firm lines are accepted by themselves at or below their ceiling, the set-up spread over the term included; the others
 * decide on the offer.
 */
export class ShownDemandView {
  @ApiProperty({ type: [LotGroupView] })
  firm!: readonly LotGroupView[];

  @ApiProperty({ type: [LotGroupView] })
  interest!: readonly LotGroupView[];
}

export class WinnerGroupView {
  @ApiProperty({ type: [String] })
  lots!: readonly string[];

  /** different providers that must win lines in these lots */
  @ApiProperty({ type: 'integer', nullable: true })
  minWinners!: number | null;

  /** different providers that may */
  @ApiProperty({ type: 'integer', nullable: true })
  maxWinners!: number | null;
}

export class LotView {
  code!: string;
  title!: string;

  @ApiProperty({ type: [String] })
  regions!: readonly string[];
}

/** A tender as listed. */
export class TenderSummary {
  id!: string;
  poolId!: string;

  /** whose it is: its pool's agency; null for the draft of an association's pool, which any agency may publish */
  @ApiProperty({ type: String, nullable: true })
  agencyId!: string | null;

  @ApiProperty({ type: String, nullable: true })
  agencyName!: string | null;

  title!: string;

  @ApiProperty({ enum: ['draft', 'published', 'cancelled'] })
  state!: string;

  version!: number;
  currency!: string;
  termMonths!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  biddingEndsAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  publishedAt!: Date | null;
}

/** A tender as it is read; once published, only its state changes. */
export class TenderView extends TenderSummary {
  @ApiProperty({ enum: AWARD_RULES })
  awardRule!: AwardRule;

  minWinners!: number;

  @ApiProperty({ type: 'integer', nullable: true })
  maxWinners!: number | null;

  /** basis points of all lines */
  @ApiProperty({ type: 'integer', nullable: true })
  maxShareBp!: number | null;

  @ApiProperty({ type: [WinnerGroupView] })
  winnerGroups!: readonly WinnerGroupView[];

  /** minor units: the most that all lines may cost over the term, set-up and activation included */
  @ApiProperty({ type: 'integer', nullable: true })
  budgetMinor!: Minor | null;

  /** basis points of what all lines cost over the term */
  @ApiProperty({ type: 'integer', nullable: true })
  maxCostShareBp!: number | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  enquiryEndsAt!: Date | null;

  standstillDays!: number;
  offerDays!: number;
  auction!: AuctionSettingsView;

  /** minor units a month by tier code; surcharge and set-up spread over the term count towards them */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' } })
  priceCaps!: Record<string, Minor>;

  @ApiProperty({ type: [LotView] })
  lots!: LotView[];

  demand!: ShownDemandView;

  /** SHA-256 of the content's canonical JSON, from publication on */
  @ApiProperty({ type: String, nullable: true })
  contentHash!: string | null;

  @ApiProperty({ type: String, nullable: true })
  whyCancelled!: string | null;
}

export class TenderPage {
  @ApiProperty({ type: [TenderSummary] })
  items!: TenderSummary[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
