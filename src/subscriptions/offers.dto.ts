/** What offers look like from outside. Money is in minor units, per line and month unless it says otherwise. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, ValidateIf } from 'class-validator';
import type { Minor } from '../kernel/money.js';
import { statesOf } from '../kernel/lifecycle.js';
import { IsId, IsMinor, PageQuery } from '../platform/http/fields.js';
import { ANSWERS, type Answer } from './rules/answer.js';
import { offerLifecycle, type OfferState } from './rules/offer-lifecycle.js';

const STATES = statesOf(offerLifecycle);

export class GiveAnswer {
  /**
   * accept: at the at-most price or less. accept-up-to: if the price falls to `upTo`. decline: not at any price. Both
   * acceptances are about the monthly price alone: the set-up that the offer shows comes on top of it
   */
  @ApiProperty({ enum: ANSWERS })
  @IsIn(ANSWERS, { message: `must be one of ${ANSWERS.join(', ')}` })
  answer!: Answer['answer'];

  /** with accept-up-to, and only then: the most to pay a month for each line, beside the set-up */
  @ApiPropertyOptional({ type: 'integer' })
  @ValidateIf((body: GiveAnswer) => body.upTo !== undefined)
  @IsMinor()
  upTo?: Minor;
}

export class OffersQuery extends PageQuery {
  /** only the offers of this agreement */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId('must be the id of an agreement')
  agreementId?: string;

  @ApiPropertyOptional({ enum: STATES })
  @IsOptional()
  @IsIn(STATES, { message: `must be one of ${STATES.join(', ')}` })
  state?: OfferState;
}

export class MandateQuery {
  /** "stated": the association states that the members mandated it to give these answers for them */
  @ApiProperty({ enum: ['stated'] })
  @IsIn(['stated'], {
    message:
      'must be stated: answers bind your members, so state that they mandated you to give them (?mandate=stated)',
  })
  mandate!: 'stated';
}

/** All amounts are for all lines of the offer, set-up and exit fee deducted from the savings over the term. */
export class BetterOffView {
  @ApiProperty({ enum: ['better-off', 'stay', 'unknown'] })
  verdict!: string;

  /** the verdict with its amounts, in plain words */
  sentence!: string;

  @ApiProperty({ type: 'integer', nullable: true })
  presentMonthly!: Minor | null;

  @ApiProperty({ type: 'integer' })
  atMostMonthly!: Minor;

  @ApiProperty({ type: 'integer' })
  expectedMonthly!: Minor;

  @ApiProperty({ type: 'integer', nullable: true })
  openMarketMonthly!: Minor | null;

  /** set-up of all lines and the exit fee */
  @ApiProperty({ type: 'integer' })
  oneOff!: Minor;

  @ApiProperty({ type: 'integer', nullable: true })
  savingAtMost!: Minor | null;

  @ApiProperty({ type: 'integer', nullable: true })
  savingExpected!: Minor | null;

  @ApiProperty({ type: 'integer', nullable: true })
  savingOnOpenMarket!: Minor | null;

  /** the dearest monthly price of a line at which the offer still saves something */
  @ApiProperty({ type: 'integer', nullable: true })
  savesUpToMonthly!: Minor | null;
}

export class OfferView {
  id!: string;
  agreementId!: string;
  providerId!: string;
  providerName!: string;
  memberId!: string;

  /** the member's own word for its site; in an import, the business_ref */
  site!: string;
  region!: string;
  lot!: string;
  tier!: string;
  quantity!: number;

  @ApiProperty({ enum: ['firm', 'interest'] })
  commitment!: string;

  /** as pledged: the most a line may cost a month, the set-up spread over the term included */
  @ApiProperty({ type: 'integer', nullable: true })
  ceilingMonthly!: Minor | null;

  currency!: string;
  termMonths!: number;

  /** the binding price: whatever others do, it can only become less */
  @ApiProperty({ type: 'integer' })
  atMostMonthly!: Minor;

  /** the price if everybody who is asked accepts */
  @ApiProperty({ type: 'integer' })
  expectedMonthly!: Minor;

  /** once per line */
  @ApiProperty({ type: 'integer' })
  setup!: Minor;

  /** once, for leaving the present contract with all these lines */
  @ApiProperty({ type: 'integer', nullable: true })
  exitFee!: Minor | null;

  @ApiProperty({ enum: STATES })
  state!: string;

  /**
   * the most that was agreed to as a monthly price beside the set-up, by the answer or by a firm pledge, whose ceiling
   * counts less the set-up's share of each month, and not below zero; null while nothing was
   */
  @ApiProperty({ type: 'integer', nullable: true })
  limitMonthly!: Minor | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  answeredAt!: Date | null;

  /** answers are taken, and may be changed, until then */
  @ApiProperty({ type: String, format: 'date-time' })
  dueAt!: Date;

  @ApiProperty({ type: 'integer', nullable: true })
  settledMonthly!: Minor | null;

  @ApiProperty({ type: String, nullable: true })
  subscriptionId!: string | null;

  betterOff!: BetterOffView;
}

export class OfferPage {
  @ApiProperty({ type: [OfferView] })
  items!: readonly OfferView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class AnswersImported {
  rows!: number;

  /** offers whose answer is another now; of the rest, those not kept said the same before */
  changed!: number;
  accepted!: number;

  /** accepted up to less than the at-most price */
  standing!: number;
  declined!: number;

  /** left as the member itself has answered, whatever the row says */
  keptByMember!: number;
}
