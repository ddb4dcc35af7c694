/** The businesses that an association brought, and the invitation of their first person. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { IsAddress, IsName, Length, PageQuery } from '../platform/http/fields.js';

export class MembersQuery extends PageQuery {
  /** only the member that your spreadsheets call so: its business_ref */
  @ApiPropertyOptional()
  @IsOptional()
  @IsString({ message: 'must be a text' })
  @Length(1, 60, { message: 'must have 1 to 60 characters' })
  reference?: string;
}

export class AssociationMemberView {
  id!: string;
  /** what your spreadsheets call it: its business_ref */
  reference!: string;
  name!: string;
  employees!: number | null;
  /** the letter of an ISIC section */
  sector!: string | null;
  /** somebody can sign in for it; if not, invite its first person */
  hasPeople!: boolean;
  /** until when the invitation that was made last can be accepted; null when there is none */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  invitedUntil!: Date | null;
}

export class AssociationMemberPage {
  items!: AssociationMemberView[];
  /** the cursor of the next page; null at the end */
  next!: string | null;
}

export class InviteMember {
  @IsAddress()
  email!: string;

  @IsName()
  name!: string;
}

export class MemberInvitationView {
  email!: string;
  name!: string;
  /** hand it to the invited person only: whoever holds it can accept, and it is not shown again */
  token!: string;
  expiresAt!: Date;
}
