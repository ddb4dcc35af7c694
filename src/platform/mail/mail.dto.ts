import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { Length, PageQuery } from '../http/fields.js';

export const LETTER_STATES = ['waiting', 'sent', 'given-up'] as const;

export class LettersQuery extends PageQuery {
  @ApiPropertyOptional({ enum: LETTER_STATES })
  @IsOptional()
  @IsIn(LETTER_STATES, { message: `must be one of ${LETTER_STATES.join(', ')}` })
  state?: (typeof LETTER_STATES)[number];

  /** only letters to this address */
  @ApiPropertyOptional()
  @IsOptional()
  @IsString({ message: 'must be an email address' })
  @Length(3, 254, { message: 'must be an email address' })
  recipient?: string;
}

export class LetterView {
  id!: string;
  recipient!: string;
  subject!: string;

  /** where it says {token}, the letter that was sent tells the recipient something that nobody else is shown */
  text!: string;
  /** what it tells of */
  about!: string;

  @ApiProperty({ enum: LETTER_STATES })
  state!: string;

  attempts!: number;

  /** what the mail server said to the last attempt */
  @ApiProperty({ type: String, nullable: true })
  lastError!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  writtenAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  sentAt!: Date | null;
}

export class LetterPage {
  @ApiProperty({ type: [LetterView] })
  items!: readonly LetterView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
