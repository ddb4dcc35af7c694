/** From text, or from values that code hands in, to a problem that can be solved: or to all faults with their places. */
import type { Minor } from '../../kernel/money.js';
import type { Fault } from '../../kernel/refusal.js';
import type { Partner, TariffBand, TariffLot } from '../../pricing/rules/tariff.js';
import { readJson } from './json.js';
import { readRules } from './parse-rules.js';
import { LIMITS, type Problem, type ProblemBid, type ProblemLot } from './problem.js';
import { join, ProblemReader } from './reader.js';
import { sizeFaults } from './size.js';

export type ProblemReading =
  { readonly ok: true; readonly problem: Problem } | { readonly ok: false; readonly faults: readonly Fault[] };

const AMOUNT = { least: 0n, most: LIMITS.amountMinor };
const ADJUSTMENT = { least: -LIMITS.amountMinor, most: LIMITS.amountMinor };

/** What lots and tiers there are; null when the lots could not be read, so that nothing is unknown. */
interface Names {
  readonly lots: ReadonlySet<string>;
  readonly tiers: ReadonlySet<string>;
}

/** Reads the solver's file format. */
export function parseProblem(text: string): ProblemReading {
  const json = readJson(text.startsWith('\uFEFF') ? text.slice(1) : text);
  if (json.ok) return readProblem(json.value);
  const { line, reason, beyond = false } = json;
  const found = beyond
    ? `is larger than any problem: line ${line} has ${reason}`
    : `is not JSON: line ${line}: ${reason}`;
  return { ok: false, faults: [{ path: '', reason: found, line }] };
}

/** Reads a tree of values: of JSON, or a problem that code has built. */
export function readProblem(tree: unknown): ProblemReading {
  const reader = new ProblemReader();
  const root = reader.object(tree, '', ['currency', 'termMonths', 'lots', 'bids', 'rules']);
  if (!root) return { ok: false, faults: reader.faults };
  const currency = readCurrency(reader, root.get('currency'));
  const termMonths = reader.count(root.get('termMonths'), 'termMonths', 1, LIMITS.termMonths);
  const named = { lots: new Set<string>(), tiers: new Set<string>() };
  const lots = readLots(reader, root.get('lots'), named);
  // Without any lot every name would be unknown: one fault says it all.
  const bids = readBids(reader, root.get('bids'), lots && lots.length > 0 ? named : null);
  const bidding = bids && new Set(bids.map((bid) => bid.provider));
  const rules = readRules(reader, root.get('rules'), lots && named.lots, bidding);
  if (reader.faults.length === 0 && currency !== null && termMonths !== null && lots && bids && rules) {
    const problem: Problem = { currency, termMonths, lots, bids, rules };
    for (const { path, reason } of sizeFaults(problem)) reader.fault(path, reason);
    if (reader.faults.length === 0) return { ok: true, problem };
  }
  return { ok: false, faults: reader.faults };
}

function readCurrency(reader: ProblemReader, value: unknown): string | null {
  const name = reader.name(value, 'currency');
  if (name !== null && !/^[A-Z]{3}$/.test(name)) reader.fault('currency', `is "${name}", but must be an ISO 4217 code`);
  return name;
}

/** Notes a name that was there before in a list. */
function unique(reader: ProblemReader, seen: Map<string, string>, name: string | null, path: string): void {
  if (name === null) return;
  const before = seen.get(name);
  if (before === undefined) seen.set(name, path);
  else reader.fault(path, `is "${name}" like ${before}`);
}

function readLots(
  reader: ProblemReader,
  value: unknown,
  named: { readonly lots: Set<string>; readonly tiers: Set<string> },
): ProblemLot[] | null {
  const list = reader.list(value, 'lots', LIMITS.lots);
  const seen = new Map<string, string>();
  const lots =
    list?.map((entry, at): ProblemLot => {
      const path = `lots[${at}]`;
      const lot = reader.object(entry, path, ['id', 'demand']);
      if (!lot) return { id: '', demand: {} };
      const id = reader.name(lot.get('id'), `${path}.id`);
      unique(reader, seen, id, `${path}.id`);
      named.lots.add(id ?? '');
      const demand = readRecord(reader, lot.get('demand'), `${path}.demand`, (tier, lines, place) => {
        reader.name(tier, place);
        named.tiers.add(tier);
        return reader.count(lines, place, 0, LIMITS.lines);
      });
      return { id: id ?? '', demand };
    }) ?? null;
  const asked = lots?.some((lot) => Object.values(lot.demand).some((lines) => lines > 0)) ?? true;
  if (!asked && !reader.faults.some(({ path }) => path.startsWith('lots')))
    reader.fault('lots', 'no lot asks for a line');
  return lots;
}

/** Reads each member of an object; members that cannot be read are left out, with their faults. */
function readRecord<T>(
  reader: ProblemReader,
  value: unknown,
  path: string,
  read: (key: string, member: unknown, place: string) => T | null,
): Record<string, T> {
  const record: Record<string, T> = {};
  for (const [key, member] of reader.object(value, path) ?? []) {
    if (reader.full) break;
    if (member === undefined) continue;
    const one = read(key, member, join(path, key));
    if (one !== null && key !== '__proto__') record[key] = one;
  }
  return record;
}

function known(
  reader: ProblemReader,
  names: ReadonlySet<string> | undefined,
  what: string,
  name: string,
  path: string,
): void {
  if (names && !names.has(name)) reader.fault(path, `no lot ${what} "${name}"`);
}

function readMoney(
  reader: ProblemReader,
  names: Names | null,
  value: unknown,
  path: string,
  limits = AMOUNT,
): Record<string, Minor> {
  return readRecord(reader, value, path, (tier, amount, place) => {
    known(reader, names?.tiers, 'asks for the tier', tier, place);
    return reader.integer(amount, place, limits);
  });
}

function readBids(reader: ProblemReader, value: unknown, names: Names | null): ProblemBid[] | null {
  const list = reader.list(value, 'bids', LIMITS.bids);
  const seen = new Map<string, string>();
  const bids: ProblemBid[] = [];
  for (const [at, entry] of (list ?? []).entries()) {
    if (reader.full) break;
    const bid = readBid(reader, entry, `bids[${at}]`, names);
    if (!bid) continue;
    unique(reader, seen, bid.id, `bids[${at}].id`);
    bids.push(bid);
  }
  return list && bids;
}

const BID_FIELDS = [
  'id',
  'provider',
  'receivedAt',
  'bands',
  'lots',
  'capacity',
  'minimumLines',
  'activation',
  'adjustment',
  'alternative',
  'partners',
] as const;

function readBid(reader: ProblemReader, entry: unknown, path: string, names: Names | null): ProblemBid | null {
  const bid = reader.object(entry, path, BID_FIELDS);
  if (!bid) return null;
  const optional = <T>(field: string, read: (value: unknown, place: string) => T | null): Record<string, T> => {
    const value = bid.get(field);
    const one = value === undefined ? null : read(value, join(path, field));
    return one === null ? {} : { [field]: one };
  };
  return {
    id: reader.name(bid.get('id'), `${path}.id`) ?? '',
    provider: reader.name(bid.get('provider'), `${path}.provider`) ?? '',
    receivedAt: reader.instant(bid.get('receivedAt'), `${path}.receivedAt`) ?? '',
    bands: readBands(reader, bid.get('bands'), `${path}.bands`, names),
    lots: readRecord(reader, bid.get('lots'), `${path}.lots`, (lot, terms, place) => {
      known(reader, names?.lots, 'has the id', lot, place);
      return readLotTerms(reader, terms, place, names);
    }),
    ...optional('capacity', (lines, place) => reader.count(lines, place, 0, LIMITS.lines)),
    ...optional('minimumLines', (lines, place) => reader.count(lines, place, 0, LIMITS.lines)),
    ...optional('activation', (amount, place) => reader.integer(amount, place, AMOUNT)),
    ...optional('adjustment', (amounts, place) => readMoney(reader, names, amounts, place, ADJUSTMENT)),
    ...optional('alternative', (mark, place) => reader.name(mark, place)),
    ...optional('partners', (partners, place) => readPartners(reader, names, partners, place)),
  };
}

function readPartners(
  reader: ProblemReader,
  names: Names | null,
  value: unknown,
  path: string,
): Record<string, Partner> {
  const partnerOf = new Map<string, string>();
  return readRecord(reader, value, path, (name, member, place) => {
    reader.name(name, place);
    const partner = reader.object(member, place, ['lots', 'capacity']);
    if (!partner) return null;
    const capacity = reader.count(partner.get('capacity'), `${place}.capacity`, 0, LIMITS.lines) ?? 0;
    const lots = (reader.list(partner.get('lots'), `${place}.lots`, LIMITS.lots) ?? []).map((entry, at) => {
      const inList = `${place}.lots[${at}]`;
      const lot = reader.name(entry, inList) ?? '';
      known(reader, names?.lots, 'has the id', lot, inList);
      const other = partnerOf.get(lot);
      if (other !== undefined) reader.fault(inList, `is "${lot}", which "${other}" serves already`);
      partnerOf.set(lot, name);
      return lot;
    });
    return { lots, capacity };
  });
}

function readBands(reader: ProblemReader, value: unknown, path: string, names: Names | null): TariffBand[] {
  const list = reader.list(value, path, LIMITS.bands) ?? [];
  if (Array.isArray(value) && value.length === 0) reader.fault(path, 'is empty, but must have at least one band');
  let before = -1;
  return list.map((entry, at): TariffBand => {
    const place = `${path}[${at}]`;
    const band = reader.object(entry, place, ['from', 'monthly', 'lotMonthly']);
    if (!band) return { from: 0, monthly: {} };
    const from = reader.count(band.get('from'), `${place}.from`, 0, LIMITS.lines) ?? before + 1;
    if (from <= before) reader.fault(`${place}.from`, `is ${from}, but must be above the ${before} of the band before`);
    before = Math.max(before, from);
    const monthly = readMoney(reader, names, band.get('monthly'), `${place}.monthly`);
    const overrides = band.get('lotMonthly');
    if (overrides === undefined) return { from, monthly };
    const lotMonthly = readRecord(reader, overrides, `${place}.lotMonthly`, (lot, amounts, inLot) => {
      known(reader, names?.lots, 'has the id', lot, inLot);
      return readMoney(reader, names, amounts, inLot);
    });
    return { from, monthly, lotMonthly };
  });
}

function readLotTerms(reader: ProblemReader, value: unknown, path: string, names: Names | null): TariffLot | null {
  const terms = reader.object(value, path, ['surcharge', 'setup', 'capacity', 'tiers']);
  if (!terms) return null;
  const amount = (field: 'surcharge' | 'setup'): Record<string, Minor> => {
    const one = terms.get(field) === undefined ? null : reader.integer(terms.get(field), `${path}.${field}`, AMOUNT);
    return one === null ? {} : { [field]: one };
  };
  const capacity = (of: ReadonlyMap<string, unknown>, place: string): { capacity?: number } => {
    const most = of.get('capacity');
    const lines = most === undefined ? null : reader.count(most, `${place}.capacity`, 0, LIMITS.lines);
    return lines === null ? {} : { capacity: lines };
  };
  const tiers =
    terms.get('tiers') === undefined
      ? {}
      : {
          tiers: readRecord(reader, terms.get('tiers'), `${path}.tiers`, (tier, limits, place) => {
            known(reader, names?.tiers, 'asks for the tier', tier, place);
            const of = reader.object(limits, place, ['capacity']);
            return of && capacity(of, place);
          }),
        };
  return { ...amount('surcharge'), ...amount('setup'), ...capacity(terms, path), ...tiers };
}
