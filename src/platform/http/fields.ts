/** Shapes of input that many rooms share: money, codes, addresses, names, pages. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsDate,
  IsEmail,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  Min,
  ValidateBy,
  type ValidationOptions,
} from 'class-validator';
import { isDay } from '../../kernel/calendar.js';
import { isCurrency } from '../../kernel/currency.js';
import { MAX_MINOR } from '../../kernel/money.js';
import { PAGE_DEFAULT, PAGE_LIMIT } from '../../kernel/page.js';

/**
 * A text, or each of a list, of so many characters, counted as the database counts them: class-validator would leave out
 * those that only say how the one before is shown, and the database would then refuse what was let in.
 */
export function Length(least: number, most: number, options: ValidationOptions): PropertyDecorator {
  const fits = (text: string): boolean => {
    if (text.length > 2 * most) return false;
    const characters = Array.from(text).length;
    return characters >= least && characters <= most;
  };
  return ValidateBy(
    { name: 'length', validator: { validate: (value: unknown) => typeof value === 'string' && fits(value) } },
    options,
  );
}

/** An amount in minor units: a non-negative JSON integer that becomes a bigint. */
export function IsMinor(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value,
    ),
    ValidateBy({
      name: 'isMinor',
      validator: {
        validate: (value: unknown) => typeof value === 'bigint' && value >= 0n && value <= MAX_MINOR,
        defaultMessage: () => 'must be an amount in minor units: a whole number from 0 to 9000000000000000',
      },
    }),
  );
}

/** Beside IsMinor, where an amount of nothing means nothing. */
export function IsSomething(): PropertyDecorator {
  return ValidateBy({
    name: 'isSomething',
    validator: {
      validate: (value: unknown) => value !== 0n,
      defaultMessage: () => 'must be more than 0',
    },
  });
}

/** A record of tier code to amount in minor units, such as {"fibre-1000": 3100}. */
export function IsMinorByCode(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      return Object.fromEntries(
        Object.entries(value).map(([code, minor]: [string, unknown]) => [
          code,
          typeof minor === 'number' && Number.isSafeInteger(minor) ? BigInt(minor) : minor,
        ]),
      );
    }),
    ValidateBy({
      name: 'isMinorByCode',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'object' &&
          value !== null &&
          !Array.isArray(value) &&
          Object.entries(value).length <= 500 &&
          Object.entries(value).every(
            ([code, minor]: [string, unknown]) =>
              CODE.test(code) && typeof minor === 'bigint' && minor >= 0n && minor <= MAX_MINOR,
          ),
        defaultMessage: () => 'must map codes to amounts in minor units (whole numbers, not negative)',
      },
    }),
  );
}

/** What codes look like. */
export const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;

/** A code as people give it: regions, tiers, lots. */
export function IsCode(): PropertyDecorator {
  return applyDecorators(
    IsString({ message: 'must be a text' }),
    Matches(CODE, { message: 'must be 1 to 40 letters, digits, dots, dashes or underscores' }),
  );
}

/** Ids, one or each of a list, in the only text that they have here: an id in capitals is the same. */
export function IsId(message: string, each = false): PropertyDecorator {
  const lower = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(lower) : lower(value))),
    IsUUID(undefined, { each, message }),
  );
}

/** The ISO 4217 code of a currency in use. */
export function IsCurrency(): PropertyDecorator {
  return ValidateBy({
    name: 'isCurrency',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isCurrency(value),
      defaultMessage: () => 'must be the ISO 4217 code of a currency in use, such as KRW',
    },
  });
}

/** A day of business, such as 2030-01-31. */
export function IsDay(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: String, format: 'date', example: '2030-01-31' }),
    ValidateBy({
      name: 'isDay',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && isDay(value),
        defaultMessage: () => 'must be a day that exists, such as 2030-01-31',
      },
    }),
  );
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** An instant with its zone, which becomes a Date. */
export function IsInstant(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      // Of a day that a month does not have, a Date would make one of the next month.
      typeof value === 'string' && INSTANT.test(value) && isDay(value.slice(0, 10)) ? new Date(value) : value,
    ),
    IsDate({ message: 'must be an instant with its zone, such as 2030-01-31T09:00:00Z' }),
  );
}

/** Why something is done: told to those whom it concerns, and kept. */
export function IsReason(): PropertyDecorator {
  return applyDecorators(
    IsString({ message: 'must be a text' }),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value)),
    Length(1, 2_000, { message: 'must have 1 to 2000 characters' }),
  );
}

/** An email address; upper and lower case do not matter. */
export function IsAddress(): PropertyDecorator {
  const message = 'must be an email address';
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim().toLowerCase() : value)),
    Matches(/^[\x21-\x7e]{3,254}$/, { message }),
    IsEmail({}, { message }),
  );
}

/** The name of a person or an organisation. */
export function IsName(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value)),
    Length(1, 200, { message: 'must have 1 to 200 characters' }),
  );
}

/** The query of every list. */
export class PageQuery {
  /** where the last page ended: its `next` */
  @ApiPropertyOptional()
  @IsOptional()
  @IsString({ message: 'must be the "next" of a page' })
  @Length(0, 400, { message: 'must be the "next" of a page' })
  cursor?: string;

  @ApiProperty({ required: false, default: PAGE_DEFAULT, maximum: PAGE_LIMIT })
  @Transform(({ value }: { value: unknown }) => (value === undefined ? PAGE_DEFAULT : Number(value)))
  @IsInt({ message: `must be a whole number from 1 to ${PAGE_LIMIT}` })
  @Min(1, { message: `must be a whole number from 1 to ${PAGE_LIMIT}` })
  @Max(PAGE_LIMIT, { message: `must be a whole number from 1 to ${PAGE_LIMIT}` })
  limit: number = PAGE_DEFAULT;
}
