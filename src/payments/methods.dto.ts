/** What members' payment methods look like from outside: what people tell theirs by, and nothing to pay with. */
import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

/** For the member's browser, which gives it to Stripe together with the card or the mandate. */
export class MethodSetupView {
  /** the id of Stripe's SetupIntent: give it back to confirm */
  setupIntent!: string;

  /** for Stripe.js; good for this SetupIntent alone, and kept nowhere here */
  clientSecret!: string;
}

export class ConfirmMethod {
  /** the id of the SetupIntent that was confirmed in the browser */
  @ApiProperty({ example: 'seti_1NG8Du2eZvKYlo2CUI79vXWy' })
  @Matches(/^seti_[0-9A-Za-z]{1,200}$/, { message: 'must be the id of a SetupIntent: seti_..' })
  setupIntent!: string;
}

export class PaymentMethodView {
  id!: string;

  @ApiProperty({ enum: ['card', 'sepa_debit'] })
  kind!: string;

  /** of a card; of a bank account its country */
  @ApiProperty({ type: String, nullable: true })
  brand!: string | null;

  @ApiProperty({ type: String, nullable: true })
  lastFour!: string | null;

  /** active: what is charged; replaced: by a later one; ended: it cannot be charged any more */
  @ApiProperty({ enum: ['active', 'replaced', 'ended'] })
  state!: string;

  @ApiProperty({ format: 'date-time', type: String })
  confirmedAt!: Date;
}

export class PaymentMethodPage {
  @ApiProperty({ type: [PaymentMethodView] })
  items!: PaymentMethodView[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
