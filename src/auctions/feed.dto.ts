import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, Max, Min } from 'class-validator';
import { LiveAuctionView, OwnStandingView } from './live.dto.js';

/** The largest sequence that an event can have. */
export const MOST_SEQUENCE = 2_147_483_647;
const SEQUENCE = 'must be the sequence of an event, a whole number from 0';

export class FeedQuery {
  /** the last event that the caller has seen, like the header Last-Event-ID, which comes first; without either, what happens from now on is told */
  @ApiPropertyOptional({ type: 'integer', minimum: 0 })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value,
  )
  @IsInt({ message: SEQUENCE })
  @Min(0, { message: SEQUENCE })
  @Max(MOST_SEQUENCE, { message: SEQUENCE })
  after?: number;
}

export class LogQuery {
  /** true for everything, for the agency; otherwise what the tender lets everybody know */
  @ApiPropertyOptional({ type: Boolean })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean({ message: 'must be true or false' })
  full?: boolean;
}

/** The last standing, as the agency sees it. */
export class ReckonedView {
  /** the event of the standing */
  @ApiProperty({ type: 'integer' })
  sequence!: number;

  /** status, total, bound, awards and ranks by alias */
  content!: object;
}

/** The first message of a stream. */
export class FeedSnapshot extends LiveAuctionView {
  /** of a provider with an opened bid */
  @ApiProperty({ type: OwnStandingView, nullable: true })
  own!: OwnStandingView | null;

  /** for the agency */
  @ApiProperty({ type: ReckonedView, nullable: true })
  reckoned!: ReckonedView | null;
}
