/** What the auction settings of a tender look like from outside. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, PartialType } from '@nestjs/swagger';
import { IsIn, IsInt } from 'class-validator';
import { AUCTION_LIMITS, type CountedSetting } from './rules/auction-faults.js';
import {
  AUCTION_FORMATS,
  type AuctionFormat,
  type AuctionSettings,
  type Disclosure,
  DISCLOSURES,
  type Feedback,
  FEEDBACKS,
  type FewerBidders,
  FEWER_BIDDERS,
} from './rules/auction-settings.js';

/** A whole number. Its limits are told here and checked by `auctionFaults`, which sees the other settings too. */
function Counted(name: CountedSetting): PropertyDecorator {
  const { least: minimum, most: maximum } = AUCTION_LIMITS[name];
  return applyDecorators(
    ApiProperty({ type: 'integer', minimum, maximum }),
    IsInt({ message: 'must be a whole number' }),
  );
}

function Chosen(choices: readonly string[]): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ enum: choices }),
    IsIn(choices, { message: `must be one of ${choices.join(', ')}` }),
  );
}

/** How bids compete once they are opened; fixed when the tender is published. */
export class AuctionSettingsView implements AuctionSettings {
  /**
   * sealed: the opened bids decide, and may have alternatives; live: all may improve their tariffs at the same time; rounds:
   * three rounds of turns, the worst first and the best last
   */
  @Chosen(AUCTION_FORMATS)
  format!: AuctionFormat;

  /** with fewer opened bids nobody may improve */
  @Counted('minBidders')
  minBidders!: number;

  /** with fewer bidders than that, sealed: the opened bids decide; fail: the tender fails */
  @Chosen(FEWER_BIDDERS)
  belowMinimum!: FewerBidders;

  /** seconds from the opening of the bids to the beginning of the auction */
  @Counted('leadSeconds')
  leadSeconds!: number;

  /** how long a live auction lasts if nothing extends it */
  @Counted('durationSeconds')
  durationSeconds!: number;

  /** how long a provider's turn lasts in a round */
  @Counted('turnSeconds')
  turnSeconds!: number;

  /** the pause between two rounds */
  @Counted('restSeconds')
  restSeconds!: number;

  /** the least improvement, in basis points of the provider's own evaluated cost (100 is 1 %) */
  @Counted('minimumStepBp')
  minimumStepBp!: number;

  /** a change among the winners within this time before the end extends a live auction; 0 for none, at most its duration */
  @Counted('softCloseSeconds')
  softCloseSeconds!: number;

  /** how long the auction goes on after such a change; at least 10 unless softCloseSeconds is 0 */
  @Counted('extensionSeconds')
  extensionSeconds!: number;

  /** the most that all extensions together may add */
  @Counted('maxExtensionSeconds')
  maxExtensionSeconds!: number;

  /**
   * rank: providers learn their own standing only; rank-and-total: they learn the leading total as well, which is only taken
   * where every count of lines may be told
   */
  @Chosen(FEEDBACKS)
  feedback!: Feedback;

  /** whose tariffs the published log opens; the others stay commitments, and all do where a count of lines may not be told */
  @Chosen(DISCLOSURES)
  disclosure!: Disclosure;

  /** after standing still for this long, the auction is paused and keeps the time that remained */
  @Counted('outageSeconds')
  outageSeconds!: number;
}

/** What is left out stays as it is. */
export class EditAuctionSettings extends PartialType(AuctionSettingsView, { skipNullProperties: false }) {}
