import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  ValidateNested,
} from 'class-validator';
import { applyDecorators } from '@nestjs/common';
import type { OrganisationKind, Role } from '../kernel/actor.js';
import { IsAddress, IsId, IsName, Length, PageQuery } from '../platform/http/fields.js';
import { PASSWORD_LEAST, PASSWORD_MOST, PASSWORD_REASON } from './rules/passwords.js';
import { ROLES } from './rules/roles.js';

const KINDS: readonly OrganisationKind[] = ['member', 'association', 'provider', 'agency'];
const ADMITTED: readonly OrganisationKind[] = ['association', 'provider', 'agency'];

function IsPassword(): PropertyDecorator {
  return Length(PASSWORD_LEAST, PASSWORD_MOST, { message: PASSWORD_REASON });
}

function AreRoles(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ enum: ROLES, isArray: true }),
    IsIn(ROLES, { each: true, message: `must be of ${ROLES.join(', ')}` }),
    ArrayUnique({ message: 'must name each role once' }),
    ArrayNotEmpty({ message: 'must name at least one role' }),
    IsArray({ message: 'must be a list of roles' }),
  );
}

export class SignIn {
  @IsAddress()
  email!: string;

  @IsString({ message: 'must be a text' })
  @Length(1, PASSWORD_MOST, { message: `must have 1 to ${PASSWORD_MOST} characters` })
  password!: string;

  /** for whom to act, of the organisations one belongs to; without it, the first one joined */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId('must be the id of an organisation')
  organisationId?: string;
}

export class NewOwner {
  @IsAddress()
  email!: string;

  @IsName()
  name!: string;

  @IsPassword()
  password!: string;
}

/** Whom to invite: email and name are for your record, the roles are what whoever accepts may do. */
export class InvitePerson {
  @IsAddress()
  email!: string;

  @IsName()
  name!: string;

  @AreRoles()
  roles!: Role[];
}

/** Signed in, send the token alone; else say with which account you join, which is made unless you have one. */
export class AcceptInvitation {
  /** as it was handed over */
  @IsString({ message: 'must be a text' })
  @Length(1, 100, { message: 'must be the token of an invitation' })
  token!: string;

  /** the address you sign in with, from now on or already */
  @IsOptional()
  @IsAddress()
  email?: string;

  /** the password of your account; for an address without one, the password that you choose */
  @IsOptional()
  @IsPassword()
  password?: string;

  /** your name, where an account is made; unless given, as you were invited */
  @IsOptional()
  @IsName()
  name?: string;
}

export class ChangePassword {
  /** the one you signed in with */
  @IsString({ message: 'must be a text' })
  @Length(1, PASSWORD_MOST, { message: `must have 1 to ${PASSWORD_MOST} characters` })
  present!: string;

  /** the one you choose */
  @IsPassword()
  password!: string;
}

export class LosePassword {
  /** the address you sign in with */
  @IsAddress()
  email!: string;
}

export class ChooseLostPassword {
  /** of the letter */
  @IsString({ message: 'must be a text' })
  @Length(1, 100, { message: 'must be the token of a letter' })
  token!: string;

  /** the one you choose */
  @IsPassword()
  password!: string;
}

export class RegisterMember {
  /** name of the business */
  @IsName()
  name!: string;

  /** company or tax number, unique among members */
  @IsOptional()
  @IsString({ message: 'must be a text' })
  @Length(1, 60, { message: 'must have 1 to 60 characters' })
  registrationNumber?: string;

  /** who owns the account */
  @IsObject({ message: 'must be an object' })
  @ValidateNested()
  @Type(() => NewOwner)
  person!: NewOwner;
}

export class AdmitOrganisation {
  @ApiProperty({ enum: ADMITTED })
  @IsIn(ADMITTED, { message: `must be one of ${ADMITTED.join(', ')}` })
  kind!: OrganisationKind;

  @IsName()
  name!: string;

  /** company or tax number, unique among organisations of the kind */
  @IsOptional()
  @IsString({ message: 'must be a text' })
  @Length(1, 60, { message: 'must have 1 to 60 characters' })
  registrationNumber?: string;

  /** its first person, who is invited */
  @IsObject({ message: 'must be an object' })
  @ValidateNested()
  @Type(() => InvitePerson)
  person!: InvitePerson;
}

export class OrganisationsQuery extends PageQuery {
  @ApiProperty({ enum: KINDS, required: false })
  @IsOptional()
  @IsIn(KINDS, { message: `must be one of ${KINDS.join(', ')}` })
  kind?: OrganisationKind;
}

export class OrganisationView {
  id!: string;
  @ApiProperty({ enum: KINDS })
  kind!: OrganisationKind;
  name!: string;
}

export class ListedOrganisationView extends OrganisationView {
  registrationNumber!: string | null;
  createdAt!: Date;
}

export class OrganisationPageView {
  items!: ListedOrganisationView[];
  /** the cursor of the next page; null at the end */
  next!: string | null;
}

export class PersonView {
  id!: string;
  email!: string;
  name!: string;
}

export class ColleagueView extends PersonView {
  @ApiProperty({ enum: ROLES, isArray: true })
  roles!: Role[];
}

export class PeoplePageView {
  items!: ColleagueView[];
  /** the cursor of the next page; null at the end */
  next!: string | null;
}

export class JoinedView {
  organisation!: OrganisationView;
  person!: PersonView;
}

/** An invitation that can be accepted. */
export class InvitedView {
  id!: string;
  email!: string;
  name!: string;
  @ApiProperty({ enum: ROLES, isArray: true })
  roles!: Role[];
  expiresAt!: Date;
}

export class InvitationView extends InvitedView {
  /** hand it to the invited person only: whoever holds it can accept, and it is not shown again */
  token!: string;
}

export class InvitationPageView {
  items!: InvitedView[];
  /** the cursor of the next page; null at the end */
  next!: string | null;
}

export class AdmittedView {
  organisation!: OrganisationView;
  invitation!: InvitationView;
}

/** Who one is to the system, for whom one acts, and what one may do. */
export class MeView {
  person!: PersonView;
  organisation!: OrganisationView;
  @ApiProperty({ enum: ROLES, isArray: true })
  roles!: Role[];
  /** somebody else has seen your password: choose your own, and until then you may do nothing else */
  passwordTemporary!: boolean;
  /** the deeds that you may do */
  deeds!: string[];
  /** the other organisations one belongs to */
  organisations!: OrganisationView[];
}
