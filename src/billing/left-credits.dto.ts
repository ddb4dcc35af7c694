/** Service credits that no charge is left for. */
import { ApiProperty } from '@nestjs/swagger';
import type { Day } from '../kernel/calendar.js';
import type { Minor } from '../kernel/money.js';

export class LeftCreditView {
  creditId!: string;
  subscriptionId!: string;

  /** of its call-off contract */
  subscriptionNumber!: string;
  agreementId!: string;
  memberId!: string;
  memberName!: string;
  currency!: string;
  reason!: string;

  /** of the line's monthly price, that are credited */
  days!: number;

  @ApiProperty({ type: String, format: 'date' })
  happenedOn!: Day;

  /** null: nobody has priced it yet */
  @ApiProperty({ type: 'integer', nullable: true })
  worthMinor!: Minor | null;

  /** of that what was deducted or given back */
  @ApiProperty({ type: 'integer' })
  usedMinor!: Minor;
}

export class LeftCreditPage {
  @ApiProperty({ type: [LeftCreditView] })
  items!: readonly LeftCreditView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
