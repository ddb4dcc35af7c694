import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

export class OpenPayoutAccount {
  /** where the provider is established: ISO 3166-1, two letters */
  @ApiProperty({ example: 'DE' })
  @Matches(/^[A-Z]{2}$/, { message: 'must be the code of a country in two capital letters, such as DE' })
  country!: string;
}

/** A provider's account at Stripe, as far as it matters for being paid. */
export class PayoutAccountView {
  /** at Stripe */
  account!: string;
  country!: string;

  /** everything that Stripe asked for was given */
  detailsSubmitted!: boolean;

  /** we can pay into it */
  transfersActive!: boolean;

  /** Stripe pays out of it to the provider's bank */
  payoutsEnabled!: boolean;

  /** what keeps it from being used, in Stripe's words for programs */
  @ApiProperty({ type: String, nullable: true })
  disabledReason!: string | null;

  @ApiProperty({ format: 'date-time', type: String })
  updatedAt!: Date;
}

export class OpenedPayoutAccount {
  account!: PayoutAccountView;

  /** where the provider enters its details at Stripe: good once and for some minutes; ask again for another */
  url!: string;
}
