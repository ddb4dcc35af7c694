/** What comes in at an agency's bank, from outside. Money is in minor units. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional, IsString, ValidateBy } from 'class-validator';
import { isDay } from '../kernel/calendar.js';
import type { Minor } from '../kernel/money.js';
import { IsCurrency, IsMinor, IsSomething, Length, PageQuery } from '../platform/http/fields.js';
import { REFERENCE_LENGTH, referenceFault, TEXT_LENGTH } from './rules/bank-row.js';

/** The bank's reference of a booking, which is no account number. */
function IsBankReference(): PropertyDecorator {
  return ValidateBy({
    name: 'isBankReference',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && referenceFault(value.trim()) === null,
      defaultMessage: (at) =>
        (typeof at?.value === 'string' ? referenceFault(at.value.trim()) : null) ??
        `must have 1 to ${REFERENCE_LENGTH} characters`,
    },
  });
}

const trimmed = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

export class BookingBody {
  /** of the booking, as the bank says; the same one is recorded once */
  @Transform(trimmed)
  @IsBankReference()
  reference!: string;

  @ApiProperty({ type: String, format: 'date' })
  @ValidateBy({
    name: 'isDay',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isDay(value),
      defaultMessage: () => 'must be a day such as 2030-01-31',
    },
  })
  bookedOn!: string;

  @IsCurrency()
  currency!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  @IsMinor()
  @IsSomething()
  minor!: Minor;

  /** what the payer wrote, such as the number of an invoice; account numbers in it are not kept */
  @Transform(trimmed)
  @IsString({ message: 'must be a text' })
  @Length(0, TEXT_LENGTH, { message: `must have at most ${TEXT_LENGTH} characters` })
  text!: string;
}

export class AssignBody {
  /** of an invoice or of a deposit */
  @Transform(trimmed)
  @IsString({ message: 'must be a text' })
  @Length(1, 60, { message: 'must be the number of an invoice or of a deposit' })
  number!: string;

  /** all that is left and open, unless it is said */
  @ApiPropertyOptional({ type: 'integer', minimum: 1 })
  @IsOptional()
  @IsMinor()
  minor?: Minor;
}

export class BankReferenceBody {
  @Transform(trimmed)
  @IsBankReference()
  bankReference!: string;
}

export class PayBody {
  /** of the transfer that was made; none when Stripe pays */
  @ApiPropertyOptional()
  @IsOptional()
  @Transform(trimmed)
  @IsBankReference()
  bankReference?: string;
}

export class ReceiptsQuery extends PageQuery {
  /** "left": only bookings of which something is not assigned */
  @ApiPropertyOptional({ enum: ['left'] })
  @IsOptional()
  @IsIn(['left'], { message: 'must be left, or not be given' })
  only?: 'left';
}

export class BankReceiptView {
  id!: string;
  reference!: string;

  @ApiProperty({ type: String, format: 'date' })
  bookedOn!: string;
  currency!: string;

  @ApiProperty({ type: 'integer' })
  minor!: Minor;

  /** without account numbers */
  text!: string;

  /** given to invoices and deposits, or noted as what a provider has paid back */
  @ApiProperty({ type: 'integer' })
  assignedMinor!: Minor;

  /** sent back to the payer, or in the books otherwise, as an officer has said */
  @ApiProperty({ type: 'integer' })
  returnedMinor!: Minor;

  /** waits for an officer to say whose it is; until then it is in no account of the ledger */
  @ApiProperty({ type: 'integer' })
  restMinor!: Minor;

  @ApiProperty({ type: String, format: 'date-time' })
  recordedAt!: Date;
}

export class BankReceiptPage {
  @ApiProperty({ type: [BankReceiptView] })
  items!: readonly BankReceiptView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** Bookings of a statement, counted. */
export class BankImported {
  rows!: number;

  /** of money that went out: passed over */
  outgoing!: number;

  /** recorded before */
  known!: number;

  /** assigned as a whole, in part, and not at all */
  matched!: number;
  partly!: number;
  unmatched!: number;
}
