/**
 * Whether a number in a tariff is one: money as a bigint of minor units, volumes as whole lines. The values come from
 * outside, so nothing is taken from their declared type.
 */
import { MAX_MINOR, type Minor } from '../../kernel/money.js';
import type { Fault } from '../../kernel/refusal.js';

/** The most lines that any volume may name; it fits the database's integer. */
export const MAX_LINES = 1_000_000_000;

/** The largest amounts of a tariff with which its tender can be reckoned. */
export interface AmountLimits {
  /** any amount by itself */
  readonly amount: Minor;
  /** a line a month, surcharge and set-up over the term included */
  readonly lineMonthly: Minor;
  readonly activation: Minor;
}

/** The value when it is a usable price (a bigint from 1 to `most`), else null. */
export function priceOrNull(value: unknown, most: Minor = MAX_MINOR): Minor | null {
  return typeof value === 'bigint' && value > 0n && value <= most ? value : null;
}

/** The value when it is a usable fee (a bigint from 0 to `most`), zero when there is none, else null. */
export function feeOrNull(value: unknown, most: Minor = MAX_MINOR): Minor | null {
  return value === undefined ? 0n : value === 0n ? 0n : priceOrNull(value, most);
}

/** The value when it is a usable volume (a whole number from `least` to MAX_LINES), else null. */
export function linesOrNull(value: unknown, least: number): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= MAX_LINES ? value : null;
}

/** A price must be there and above zero. */
export function priceFaults(path: string, value: unknown, most: Minor = MAX_MINOR): Fault[] {
  if (priceOrNull(value, most) !== null) return [];
  if (typeof value !== 'bigint') return [notMoney(path, value)];
  return value > 0n
    ? [tooMuch(path, value, most)]
    : [{ path, reason: `A price must be above zero, not ${value}; leave the tier out to not offer it.` }];
}

/** A fee may be absent or zero. */
export function feeFaults(path: string, value: unknown, most: Minor = MAX_MINOR): Fault[] {
  if (feeOrNull(value, most) !== null) return [];
  if (typeof value !== 'bigint') return [notMoney(path, value)];
  return value > 0n
    ? [tooMuch(path, value, most)]
    : [{ path, reason: `An amount here cannot be negative, as ${value} is; give zero or leave it out.` }];
}

/** A volume that must be there. */
export function linesFaults(path: string, value: unknown, least: number): Fault[] {
  if (linesOrNull(value, least) !== null) return [];
  return [
    { path, reason: `${shown(value)} is not a number of lines; give a whole number from ${least} to ${MAX_LINES}.` },
  ];
}

/** A volume that may be absent, which means no limit. */
export function optionalLinesFaults(path: string, value: unknown, least: number): Fault[] {
  return value === undefined ? [] : linesFaults(path, value, least);
}

function notMoney(path: string, value: unknown): Fault {
  return { path, reason: `${shown(value)} is not an amount; give a whole number of minor units.` };
}

function tooMuch(path: string, value: Minor, most: Minor): Fault {
  return { path, reason: `${value} is above the largest amount, ${most} minor units; lower it.` };
}

/** A value as the person typed it, short enough for a sentence. */
function shown(value: unknown): string {
  if (value === undefined) return 'Nothing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return `A value of kind ${Array.isArray(value) ? 'list' : typeof value}`;
}
