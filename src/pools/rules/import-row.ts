/** Reads one row of an association's spreadsheet of wanted lines (lines.csv), or says what is wrong with it. */
import { minorDigits } from '../../kernel/currency.js';
import { formatMoney, MAX_MINOR, type Minor, parseMoney } from '../../kernel/money.js';
import type { Fault } from '../../kernel/refusal.js';
import { type Commitment, costsTooMuch, MAX_QUANTITY, notOfPool } from './pledging.js';

export const LINES_COLUMNS = [
  'business_ref',
  'business_name',
  'employees',
  'sector',
  'region',
  'latitude',
  'longitude',
  'service_tier',
  'quantity',
  'current_provider',
  'current_down_mbps',
  'current_monthly',
  'max_monthly',
] as const;

export type LinesColumn = (typeof LINES_COLUMNS)[number];

/** What a row is read against. */
export interface ImportScope {
  readonly regions: ReadonlySet<string>;
  readonly tiers: ReadonlySet<string>;
  readonly currency: string;
  readonly termMonths: number;
  /** the association states that it holds the written consent of every member whose row has a ceiling */
  readonly consentStated: boolean;
}

/** One business and the line it wants. Absent values are null. */
export interface ImportRow {
  readonly reference: string;
  readonly name: string;
  readonly employees: number | null;
  readonly sector: string | null;
  readonly regionCode: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly tierCode: string;
  readonly quantity: number;
  readonly presentProvider: string | null;
  readonly presentDownMbps: number | null;
  readonly presentMonthly: Minor | null;
  readonly ceilingMonthly: Minor | null;
  readonly commitment: Commitment;
}

/** `path` is the column; the reason completes "<column> ...". */
type AddFault = (fault: Fault) => void;

const REFERENCE_CHARACTERS = 60;
const NAME_CHARACTERS = 200;
const PROVIDER_CHARACTERS = 100;
const MAX_EMPLOYEES = 10_000_000;
const MAX_DOWN_MBPS = 1_000_000;
/** The sections of ISIC: A to U in revision 4, to V in revision 5. */
const SECTOR = /^[A-V]$/;
const WHOLE = /^\d{1,9}$/;
const DECIMAL = /^\d{1,9}(\.\d{1,3})?$/;
const COORDINATE = /^-?\d{1,3}(\.\d{1,15})?$/;
// A text that cannot be seen in a list of rows is a mistake of the spreadsheet.
const CONTROL = /\p{Cc}/u;

/** Reads a row; null when it has faults, which are all added. */
export function readImportRow(
  values: Readonly<Record<LinesColumn, string>>,
  scope: ImportScope,
  addFault: AddFault,
): ImportRow | null {
  let sound = true;
  const wrong = (path: LinesColumn, reason: string): null => {
    sound = false;
    addFault({ path, reason });
    return null;
  };
  const reference = text(values, 'business_ref', REFERENCE_CHARACTERS, wrong);
  if (reference === null && values.business_ref === '') wrong('business_ref', 'is empty: name the business');
  const name = text(values, 'business_name', NAME_CHARACTERS, wrong);
  if (name === null && values.business_name === '') wrong('business_name', 'is empty');
  const ceilingMonthly = money(values, 'max_monthly', scope.currency, wrong);
  if (ceilingMonthly === 0n)
    wrong('max_monthly', 'is zero: give an amount above zero, or leave it empty for no ceiling');
  const latitude = coordinate(values, 'latitude', 90, wrong);
  const longitude = coordinate(values, 'longitude', 180, wrong);
  if ((values.latitude === '') !== (values.longitude === '')) {
    wrong(values.latitude === '' ? 'latitude' : 'longitude', 'is empty: give both coordinates, or neither');
  }
  if (values.sector !== '' && !SECTOR.test(values.sector)) {
    wrong('sector', `is ${quoted(values.sector)}: give the letter of an ISIC section, A to V`);
  }
  const row = {
    reference: reference ?? '',
    name: name ?? '',
    employees: values.employees === '' ? null : whole(values, 'employees', 0, MAX_EMPLOYEES, wrong),
    sector: values.sector === '' ? null : values.sector,
    regionCode: known(values, 'region', 'region', scope.regions, wrong),
    latitude,
    longitude,
    tierCode: known(values, 'service_tier', 'service tier', scope.tiers, wrong),
    quantity: whole(values, 'quantity', 1, MAX_QUANTITY, wrong) ?? 0,
    presentProvider: text(values, 'current_provider', PROVIDER_CHARACTERS, wrong),
    presentDownMbps: speed(values, wrong),
    presentMonthly: money(values, 'current_monthly', scope.currency, wrong),
    ceilingMonthly,
    commitment: ceilingMonthly !== null && scope.consentStated ? ('firm' as const) : ('interest' as const),
  };
  if (costsTooMuch({ ...row, exitFee: null }, scope.termMonths)) {
    const most = formatMoney(MAX_MINOR, scope.currency);
    wrong('current_monthly', `comes to more than ${most} for these lines over ${scope.termMonths} months: correct it`);
  }
  return sound ? row : null;
}

type Values = Readonly<Record<LinesColumn, string>>;
type Wrong = (path: LinesColumn, reason: string) => null;

function text(values: Values, column: LinesColumn, most: number, wrong: Wrong): string | null {
  const value = values[column];
  if (value === '') return null;
  if (value.length > most) return wrong(column, `has ${value.length} characters: give at most ${most}`);
  return CONTROL.test(value) ? wrong(column, 'has a line break or another character that cannot be seen') : value;
}

function whole(values: Values, column: LinesColumn, least: number, most: number, wrong: Wrong): number | null {
  const value = values[column];
  const number = WHOLE.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  return wrong(column, `is ${quoted(value)}: give a whole number from ${least} to ${most}`);
}

function speed(values: Values, wrong: Wrong): number | null {
  const value = values.current_down_mbps;
  if (value === '') return null;
  if (DECIMAL.test(value) && Number(value) <= MAX_DOWN_MBPS) return Number(value);
  return wrong('current_down_mbps', `is ${quoted(value)}: give the speed in Mbps, such as 300 or 0.768`);
}

function coordinate(values: Values, column: 'latitude' | 'longitude', most: number, wrong: Wrong): number | null {
  const value = values[column];
  if (value === '') return null;
  if (COORDINATE.test(value) && Math.abs(Number(value)) <= most) return Number(value);
  return wrong(column, `is ${quoted(value)}: give degrees from -${most} to ${most}, such as 34.765`);
}

function money(values: Values, column: LinesColumn, currency: string, wrong: Wrong): Minor | null {
  const value = values[column];
  if (value === '') return null;
  const minor = parseMoney(value, currency);
  if (minor !== null) return minor;
  const digits = minorDigits(currency);
  const example = digits === 0 ? '31000' : `55.${'0'.repeat(digits)}`;
  return wrong(
    column,
    `is ${quoted(value)}: give an amount in ${currency} without sign or grouping, such as ${example}`,
  );
}

function known(values: Values, column: LinesColumn, what: string, codes: ReadonlySet<string>, wrong: Wrong): string {
  const value = values[column];
  if (codes.has(value)) return value;
  const sentence = notOfPool(what, quoted(value), [...codes].toSorted()).replace(/\.$/, '');
  wrong(column, `does not fit: ${sentence}`);
  return '';
}

function quoted(value: string): string {
  return value === '' ? 'empty' : `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
}
