/** What an agency bills by, as it is said from outside. */
import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { applyDecorators } from '@nestjs/common';
import type { Minor } from '../kernel/money.js';
import { IsMinor, IsReason } from '../platform/http/fields.js';

/** A part of an amount: 100 is one per cent. */
function IsBasisPoints(): PropertyDecorator {
  const message = 'must be a whole number of hundredths of a per cent, from 0 to 10000';
  return applyDecorators(IsInt({ message }), Min(0, { message }), Max(10_000, { message }));
}

function IsDays(most: number): PropertyDecorator {
  const message = `must be a whole number of days from 0 to ${most}`;
  return applyDecorators(IsInt({ message }), Min(0, { message }), Max(most, { message }));
}

export class SetTerms {
  /** what the platform keeps of providers' net amounts, in hundredths of a per cent */
  @IsBasisPoints()
  feeBp!: number;

  /** tax on invoices, in hundredths of a per cent, unless a member has its own */
  @IsBasisPoints()
  taxBp!: number;

  /** to pay an invoice */
  @IsDays(366)
  dueDays!: number;

  /** asked for when an offer is accepted, for each line; 0 for none */
  @ApiProperty({ type: 'integer' })
  @IsMinor()
  depositMinor!: Minor;

  /** kept back of what is paid out to providers, in hundredths of a per cent */
  @IsBasisPoints()
  reserveBp!: number;

  /** for how long it is kept back */
  @IsDays(3_660)
  reserveDays!: number;
}

export class TermsView extends SetTerms {
  agencyId!: string;
  currency!: string;
  version!: number;
}

export class SetTax {
  /** on the agency's invoices to this member, in hundredths of a per cent */
  @IsBasisPoints()
  taxBp!: number;

  /** such as an exemption and its certificate */
  @IsReason()
  why!: string;
}

export class TaxView extends SetTax {
  memberId!: string;
}

export class TaxPage {
  @ApiProperty({ type: [TaxView] })
  items!: readonly TaxView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
