/** The prices of an agreement as tables that a person can check against an invoice. */
import type { LotCode, Tariff, TierCode } from '../../pricing/rules/tariff.js';
import type { AgreementContent } from './terms.js';
import { amountText, numberText } from './plain-text.js';

export interface Table {
  readonly kind: 'table';
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** columns from this one on hold numbers */
  readonly numbersFrom: number;
  /** index of the row that applies, if one does */
  readonly marked: number | null;
}

/** Which lines are awarded where. */
export function linesTable({ cells, lines }: AgreementContent): Table {
  return {
    kind: 'table',
    caption: 'Lots and lines',
    head: ['Lot', 'Regions', 'Service tier', 'Lines'],
    rows: [
      ...cells.map((cell) => [
        lotText(cell.lot, cell.lotTitle),
        cell.regions.join(', '),
        cell.tier,
        numberText(cell.lines),
      ]),
      ['All', '', '', numberText(lines)],
    ],
    numbersFrom: 3,
    marked: cells.length,
  };
}

/** Who serves which lots of a joint bid; null when the provider has bid alone. */
export function partnersTable({ tariff }: AgreementContent): Table | null {
  const partners = Object.entries(tariff.partners ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (partners.length === 0) return null;
  return {
    kind: 'table',
    caption: 'Partners',
    head: ['Partner', 'Lots', 'Capacity in lines'],
    rows: partners.map(([name, { lots, capacity }]) => [name, lots.toSorted().join(', '), numberText(capacity)]),
    numbersFrom: 2,
    marked: null,
  };
}

/** Monthly price per tier and band, with the band of the awarded lines marked; prices of single lots follow. */
export function priceTables(content: AgreementContent): Table[] {
  const { tariff, currency, band } = content;
  const awarded = [...new Set(content.cells.map((cell) => cell.tier))].sort();
  const general: Table = {
    kind: 'table',
    caption: `Monthly price of a line (${currency})`,
    head: ['All lines of this agreement', ...awarded],
    rows: tariff.bands.map((each, index) => [
      bandText(tariff, index),
      ...awarded.map((tier) => priceText(own(each.monthly, tier), currency)),
    ]),
    numbersFrom: 1,
    marked: band,
  };
  const special = Object.keys(tariff.lots)
    .sort()
    .filter((lot) => tariff.bands.some((each) => own(each.lotMonthly, lot) !== undefined))
    .map((lot): Table => {
      const tiers = new Set(tariff.bands.flatMap((each) => Object.keys(own(each.lotMonthly, lot) ?? {})));
      const here = [...tiers].filter((tier) => awarded.includes(tier)).sort();
      return {
        kind: 'table',
        caption: `Monthly price of a line in lot ${lot}, in place of the above (${currency})`,
        head: ['All lines of this agreement', ...here],
        rows: tariff.bands.map((each, index) => [
          bandText(tariff, index),
          ...here.map((tier) => priceText(own(own(each.lotMonthly, lot), tier) ?? own(each.monthly, tier), currency)),
        ]),
        numbersFrom: 1,
        marked: band,
      };
    })
    .filter((table) => table.head.length > 1);
  return [general, ...special];
}

/** Surcharges and set-up fees of the lots that have any; null when none has. */
export function extrasTable({ tariff, currency, cells }: AgreementContent): Table | null {
  const titles = new Map(cells.map((cell) => [cell.lot, cell.lotTitle]));
  const rows = Object.entries(tariff.lots)
    .filter(([, place]) => (place.surcharge ?? 0n) !== 0n || (place.setup ?? 0n) !== 0n)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([lot, place]) => [
      lotText(lot, titles.get(lot) ?? lot),
      amountText(place.surcharge ?? 0n, currency),
      amountText(place.setup ?? 0n, currency),
    ]);
  if (rows.length === 0) return null;
  return {
    kind: 'table',
    caption: `Per line, in addition (${currency})`,
    head: ['Lot', 'Monthly surcharge', 'Set-up, once'],
    rows,
    numbersFrom: 1,
    marked: null,
  };
}

/** "from 1 to 999 lines", "from 1,000 lines". */
export function bandText({ bands }: Tariff, index: number): string {
  const from = numberText(bands[index]?.from ?? 1);
  const next = bands[index + 1]?.from;
  return next === undefined ? `from ${from} lines` : `from ${from} to ${numberText(next - 1)} lines`;
}

function lotText(code: LotCode, title: string): string {
  return title === code ? code : `${code}: ${title}`;
}

function priceText(minor: bigint | undefined, currency: string): string {
  return minor === undefined ? 'not offered' : amountText(minor, currency);
}

function own<T>(record: Readonly<Record<TierCode, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
