/** What providers were paid and have to give back, from outside. Money is in minor units. */
import { ApiProperty } from '@nestjs/swagger';
import type { Minor } from '../kernel/money.js';
import { IsCurrency, IsId, IsMinor, IsSomething } from '../platform/http/fields.js';
import { BankReferenceBody } from './bank.dto.js';

/** What a provider owes the agency in one currency. */
export class DebtView {
  providerId!: string;
  providerName!: string;
  currency!: string;

  /**
   * it was paid so much too much, which its next payouts make up for, as far as there are any; what is kept back of it was
   * not paid
   */
  @ApiProperty({ type: 'integer' })
  overpaidMinor!: Minor;

  /** so much was transferred to it through Stripe, and Stripe does not take it back: the `refused` of its reversals */
  @ApiProperty({ type: 'integer' })
  refusedMinor!: Minor;
}

export class DebtPage {
  @ApiProperty({ type: [DebtView] })
  items!: readonly DebtView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class NoteRepayment extends BankReferenceBody {
  @ApiProperty({ format: 'uuid' })
  @IsId('must be the id of a provider')
  providerId!: string;

  @IsCurrency()
  currency!: string;

  /** what came: at most what the provider was paid too much */
  @ApiProperty({ type: 'integer', minimum: 1 })
  @IsMinor()
  @IsSomething()
  minor!: Minor;
}

export class RepaymentView {
  id!: string;
  providerId!: string;
  providerName!: string;
  currency!: string;

  @ApiProperty({ type: 'integer' })
  minor!: Minor;
  bankReference!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  paidAt!: Date;
}

export class RepaymentPage {
  @ApiProperty({ type: [RepaymentView] })
  items!: readonly RepaymentView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
