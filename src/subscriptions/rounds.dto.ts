/** What a round of offers looks like from outside. Money is in minor units, per line and month unless it says otherwise. */
import { ApiProperty } from '@nestjs/swagger';
import type { Minor } from '../kernel/money.js';
import { statesOf } from '../kernel/lifecycle.js';
import { offerLifecycle, roundLifecycle } from './rules/offer-lifecycle.js';

export class OffersCount {
  offers!: number;
  lines!: number;
}

/** How many offers are in a state; firm pledges and those of interest apart. */
export class StateCount {
  @ApiProperty({ enum: statesOf(offerLifecycle) })
  state!: string;
  firm!: OffersCount;
  interest!: OffersCount;
}

/**
 * What lines of one service tier in one lot are offered at, and what they settled at. Lines are counted as far as the
 * caller may see them: all for the agency and the provider, its members' for an association, its own for a member.
 */
export class ClassView {
  lot!: string;
  tier!: string;
  firmLines!: number;
  interestLines!: number;

  @ApiProperty({ type: 'integer' })
  atMostMonthly!: Minor;

  @ApiProperty({ type: 'integer' })
  expectedMonthly!: Minor;

  @ApiProperty({ type: 'integer', nullable: true })
  settledMonthly!: Minor | null;

  /** lines with a call-off contract */
  settledLines!: number;
}

export class ClassPage {
  @ApiProperty({ type: [ClassView] })
  items!: readonly ClassView[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** Monthly amounts of all settled lines together, as far as the caller may see them; each 9000000000000000 at most. */
export class RoundSums {
  contracts!: number;
  lines!: number;

  @ApiProperty({ type: 'integer' })
  settledMonthly!: Minor;

  @ApiProperty({ type: 'integer' })
  openMarketMonthly!: Minor;

  /** over the lines whose present bill is known, of which there are `presentLines` */
  @ApiProperty({ type: 'integer' })
  presentMonthly!: Minor;
  presentLines!: number;
}

export class RoundView {
  /** the agreement's id */
  id!: string;
  poolId!: string;
  providerId!: string;
  currency!: string;
  termMonths!: number;

  @ApiProperty({ enum: statesOf(roundLifecycle) })
  state!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  openedAt!: Date;

  /** answers are taken until then; then the round settles by itself */
  @ApiProperty({ type: String, format: 'date-time' })
  dueAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  closedAt!: Date | null;
  offers!: number;
  offeredLines!: number;

  /** bands as places in the agreement's tariff, from 0, the dearest */
  atMostBand!: number;
  expectedBand!: number;

  /** the volume that firm pledges settle by themselves; null when they are fewer than the provider's least */
  @ApiProperty({ type: 'integer', nullable: true })
  certainLines!: number | null;

  /** the volume if everybody who is asked accepts */
  @ApiProperty({ type: 'integer', nullable: true })
  expectedLines!: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  settledBand!: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  settledLines!: number | null;

  @ApiProperty({ type: [StateCount] })
  states!: readonly StateCount[];

  /**
   * once settled: of all lines for the agency, of its members' for an association, of its own for a member; null for a
   * provider, whom present bills do not concern
   */
  @ApiProperty({ type: RoundSums, nullable: true })
  sums!: RoundSums | null;
}
