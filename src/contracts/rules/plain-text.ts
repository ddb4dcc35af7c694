/** Amounts, numbers and instants as they are written in a contract: the same in every process and locale. */
import { ZONE_MINUTES } from '../../kernel/calendar.js';
import { formatMoney, type Minor } from '../../kernel/money.js';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** 1234567 becomes "1,234,567". */
export function numberText(n: number | bigint): string {
  return grouped(String(n));
}

/** 3100000n of KRW becomes "3,100,000"; 5500n of USD becomes "55.00". */
export function amountText(minor: Minor, currency: string): string {
  const [whole = '0', fraction] = formatMoney(minor, currency).split('.');
  return fraction === undefined ? grouped(whole) : `${grouped(whole)}.${fraction}`;
}

/** 5500n of USD becomes "USD 55.00", which no line end parts. */
export function moneyText(minor: Minor, currency: string): string {
  return `${currency}\u00A0${amountText(minor, currency)}`;
}

/** An ISO instant as "15 January 2030, 00:00 Korean time". */
export function instantText(iso: string): string {
  const local = new Date(new Date(iso).getTime() + ZONE_MINUTES * 60_000);
  const month = MONTHS[local.getUTCMonth()] ?? '';
  const time = local.toISOString().slice(11, 16);
  return `${local.getUTCDate()} ${month} ${local.getUTCFullYear()}, ${time} Korean time`;
}

/** ["a", "b", "c"] becomes "a, b and c". */
export function listText(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length <= 1 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}
