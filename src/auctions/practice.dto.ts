/** What practice auctions look like from outside. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { TariffBody } from './auctions.dto.js';
import { AUCTION_STATES } from './rules/lifecycles.js';
import { PRACTICE_FORMATS, PRACTICE_LIMITS, type PracticeFormat } from './rules/practice.js';

const { bidders: BIDDERS, durationSeconds: DURATION } = PRACTICE_LIMITS;

/**
 * What to practise. The tariff is kept as it is sent, not sealed: practise with prices of the right size, not with those
 * that you mean to bid.
 */
export class PracticeBody {
  /** the tender's own unless given; live where the tender is decided by sealed bids */
  @ApiPropertyOptional({ enum: PRACTICE_FORMATS })
  format?: PracticeFormat;

  /** simulated ones */
  @ApiPropertyOptional({
    type: 'integer',
    minimum: BIDDERS.least,
    maximum: BIDDERS.most,
    default: BIDDERS.otherwise,
  })
  bidders?: number;

  /** of a live auction without extensions, or of all rounds */
  @ApiPropertyOptional({
    type: 'integer',
    minimum: DURATION.least,
    maximum: DURATION.most,
    default: DURATION.otherwise,
  })
  durationSeconds?: number;

  /** what you begin with; as a bid must be, without alternatives: practise with one of its tariffs at a time */
  @ApiProperty({ type: TariffBody })
  tariff!: TariffBody;
}

/** A practice auction of the caller's own. */
export class PracticeView {
  /** all routes of auctions take it, for you alone */
  auctionId!: string;
  tenderId!: string;

  @ApiProperty({ enum: [...AUCTION_STATES] })
  state!: string;

  @ApiProperty({ enum: PRACTICE_FORMATS })
  format!: PracticeFormat;

  /** simulated ones */
  @ApiProperty({ type: 'integer' })
  bidders!: number;

  @ApiProperty({ type: 'integer' })
  durationSeconds!: number;

  @ApiProperty({ format: 'date-time' })
  madeAt!: string;
}

export class PracticePage {
  @ApiProperty({ type: [PracticeView] })
  items!: PracticeView[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
