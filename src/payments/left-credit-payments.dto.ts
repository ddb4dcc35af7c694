/** Left service credits that were transferred to their members, from outside. Money is in minor units. */
import { ApiProperty } from '@nestjs/swagger';
import type { Minor } from '../kernel/money.js';
import { IsMinor } from '../platform/http/fields.js';
import { BankReferenceBody } from './bank.dto.js';

export class PayLeftCredit extends BankReferenceBody {
  /** that was transferred: all that is left of the credit */
  @ApiProperty({ type: 'integer', minimum: 1 })
  @IsMinor()
  minor!: Minor;
}

export class LeftCreditPaymentView {
  creditId!: string;

  /** of the call-off contract */
  subscriptionNumber!: string;
  memberId!: string;
  memberName!: string;

  /** whose promise it was: its next payout makes up for it */
  providerId!: string;
  currency!: string;

  @ApiProperty({ type: 'integer' })
  minor!: Minor;
  bankReference!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  paidAt!: Date;
}

export class LeftCreditPaymentPage {
  @ApiProperty({ type: [LeftCreditPaymentView] })
  items!: readonly LeftCreditPaymentView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
