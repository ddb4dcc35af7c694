/** What letters to bidders look like from outside. */
import { ApiProperty } from '@nestjs/swagger';
import type { Minor } from '../kernel/money.js';
import type { BidTariff } from '../pricing/rules/tariff.js';
import type { LetterContent, LotOutcome } from './rules/letter.js';

const OUTCOMES = ['won', 'won-in-part', 'not-won', 'not-offered'];

/** Lines of a lot and tier that the bidder won. */
export class LetterCellAnswer {
  lot!: string;
  tier!: string;
  lines!: number;
}

/** A lot as a letter tells of it. */
export class LetterLotAnswer {
  lot!: string;
  title!: string;

  /** null, as are the amounts and the percentage, where counts of a lot that was not won whole are too small to be told */
  @ApiProperty({ type: 'integer', nullable: true })
  lines!: number | null;
  wonLines!: number;

  @ApiProperty({ enum: OUTCOMES })
  outcome!: LotOutcome;

  /**
   * What all these lines would cost over the term under the bidder's own tariff, in the best band it could reach by
   * winning all it covers beside what it holds, and by the alternative by which it is lowest; for a lot it won whole, what it
   * won it at. null when the lot was not offered whole.
   */
  @ApiProperty({ type: 'integer', nullable: true })
  ownCostMinor!: Minor | null;

  /** what these lines cost over the term as awarded, activation not included */
  @ApiProperty({ type: 'integer', nullable: true })
  winningCostMinor!: Minor | null;

  /** own - winning; not the amount by which the tariff would have had to be lower to win */
  @ApiProperty({ type: 'integer', nullable: true })
  gapMinor!: Minor | null;

  /** the gap as a part of what won, in whole percent; null as the gap is */
  @ApiProperty({ type: 'integer', nullable: true })
  gapPercent!: number | null;
}

export class LetterContentAnswer implements LetterContent {
  awardId!: string;
  contentHash!: string;
  tenderId!: string;
  tenderTitle!: string;
  round!: number;
  currency!: string;
  termMonths!: number;
  bidId!: string;
  receivedAt!: string;

  /** the bidder's own tariff, with its alternatives */
  @ApiProperty({ type: 'object', additionalProperties: true })
  offered!: BidTariff;

  /** the label of the alternative by which it won; null when by the main tariff, or not at all */
  @ApiProperty({ type: String, nullable: true })
  alternative!: string | null;

  /** why the bid took no part */
  @ApiProperty({ type: String, nullable: true })
  excluded!: string | null;

  /** index of the band in which it won */
  @ApiProperty({ type: 'integer', nullable: true })
  band!: number | null;

  wonLines!: number;

  /** lines it holds under other awards of the tender; its bands count them too */
  heldLines!: number;

  @ApiProperty({ type: 'integer', nullable: true })
  costMinor!: Minor | null;

  @ApiProperty({ type: [LetterCellAnswer] })
  cells!: readonly LetterCellAnswer[];

  @ApiProperty({ type: [LetterLotAnswer] })
  lots!: readonly LetterLotAnswer[];

  /** what the tender asks of all its awards beside the lowest cost: why a lot may go to a dearer bid */
  @ApiProperty({ type: [String] })
  rules!: readonly string[];

  /** null where the award is about a part of the tender whose counts are too small to be told */
  @ApiProperty({ type: 'integer', nullable: true })
  awardLines!: number | null;

  @ApiProperty({ type: 'integer' })
  awardTotalMinor!: Minor;

  standstillEndsAt!: string;
}

/** What a bidder is told about an award. */
export class LetterAnswer {
  awardId!: string;
  providerId!: string;
  providerName!: string;
  writtenAt!: Date;
  content!: LetterContentAnswer;
}

export class LetterPage {
  @ApiProperty({ type: [LetterAnswer] })
  items!: LetterAnswer[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
