/** What framework agreements look like from outside. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { IsId, Length, PageQuery } from '../platform/http/fields.js';
import type { AgreementState, Party } from './rules/lifecycle.js';
import type { AgreementContent } from './rules/terms.js';

const STATES = ['issued', 'signed-by-agency', 'signed-by-provider', 'signed', 'returned', 'fallen'];
const PARTIES = ['agency', 'provider'];

export class Sign {
  /** the content hash of the agreement as the signer read it */
  @Matches(/^[0-9a-f]{64}$/, { message: 'must be the content hash of the agreement: 64 hexadecimal digits' })
  contentHash!: string;
}

export class Return {
  /** what has to change; the other party reads it */
  @IsString({ message: 'must say why' })
  @Length(1, 2_000, { message: 'must say why, in at most 2000 characters' })
  @Matches(/\S/, { message: 'must say why' })
  why!: string;
}

export class LetFall {
  /** why the winner falls out; its provider reads it, and so do all who read the follow-up award */
  @IsString({ message: 'must say why' })
  @Length(1, 2_000, { message: 'must say why, in at most 2000 characters' })
  @Matches(/\S/, { message: 'must say why' })
  why!: string;
}

export class Issue {
  /** what the parties agreed beside the model contract; prices and lines cannot be changed here */
  @IsOptional()
  @IsString({ message: 'must be a text' })
  @Length(1, 10_000, { message: 'must be 1 to 10000 characters' })
  @Matches(/\S/, { message: 'must not be blank' })
  specialConditions?: string;
}

export class AgreementsQuery extends PageQuery {
  /** only agreements of this tender */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId('must be the id of a tender')
  tenderId?: string;
}

export class EditionQuery {
  /** an earlier edition; the present one when absent */
  @ApiPropertyOptional({ type: 'integer' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => Number(value))
  @IsInt({ message: 'must be the number of an edition' })
  @Min(1, { message: 'must be the number of an edition' })
  @Max(1_000_000, { message: 'must be the number of an edition' })
  edition?: number;
}

/** What a command on an agreement answers. */
export class AgreementStepAnswer {
  id!: string;

  @ApiProperty({ enum: STATES })
  state!: string;

  version!: number;
  contentHash!: string;
}

export class AgreementSummary {
  id!: string;
  number!: string;
  awardId!: string;
  tenderId!: string;
  poolId!: string;
  bidId!: string;
  agencyId!: string;
  agencyName!: string;
  providerId!: string;
  providerName!: string;

  @ApiProperty({ enum: STATES })
  state!: AgreementState;

  version!: number;

  /** counts how often it was issued */
  edition!: number;

  /** awarded lines */
  lines!: number;

  /** SHA-256 of the canonical content; a signature names it */
  contentHash!: string;

  /** SHA-256 of the PDF */
  pdfHash!: string;

  issuedAt!: Date;

  /** nothing can be signed before */
  standstillEndsAt!: string;

  /** why the present edition was returned, also when the agreement has fallen since */
  @ApiProperty({ type: String, nullable: true })
  whyReturned!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  signedAt!: Date | null;

  @ApiProperty({ type: String, nullable: true })
  whyFallen!: string | null;
}

export class SignatureAnswer {
  edition!: number;

  @ApiProperty({ enum: PARTIES })
  party!: Party;

  personId!: string;
  name!: string;
  signedAt!: Date;

  /** the signer's network address */
  @ApiProperty({ type: String, nullable: true })
  address!: string | null;

  contentHash!: string;
  pdfHash!: string;

  /** false for a signature on an edition that was returned */
  counts!: boolean;
}

export class AgreementAnswer extends AgreementSummary {
  /** what is agreed: parties, lots, lines, tariff, term; money in minor units */
  @ApiProperty({ type: 'object', additionalProperties: true })
  content!: AgreementContent;

  @ApiProperty({ type: [SignatureAnswer] })
  signatures!: readonly SignatureAnswer[];
}

export class AgreementPage {
  @ApiProperty({ type: [AgreementSummary] })
  items!: AgreementSummary[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
