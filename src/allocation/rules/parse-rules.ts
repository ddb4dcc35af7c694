/** Reads the rules of a problem. */
import type { Minor } from '../../kernel/money.js';
import { LIMITS, type AwardRule, type ProblemRules, type WinnerGroup } from './problem.js';
import { join, type ProblemReader } from './reader.js';

const AWARDS: readonly AwardRule[] = ['lot', 'tier', 'shared'];
const FIELDS = [
  'award',
  'winners',
  'paid',
  'minWinners',
  'maxWinners',
  'maxShare',
  'budgetMinor',
  'include',
  'exclude',
  'groups',
  'maxCostShare',
];

/**
 * @param lots the lots there are, @param providers who bids; null for what could not be read, so that nothing is unknown
 */
export function readRules(
  reader: ProblemReader,
  value: unknown,
  lots: ReadonlySet<string> | null,
  providers: ReadonlySet<string> | null,
): ProblemRules | null {
  const rules = reader.object(value, 'rules', FIELDS);
  if (!rules) return null;
  const award = AWARDS.find((one) => one === rules.get('award'));
  if (award === undefined) reader.fault('rules.award', `must be one of ${AWARDS.map((one) => `"${one}"`).join(', ')}`);
  const given = <K extends keyof ProblemRules>(
    field: K,
    read: (value: unknown, path: string) => ProblemRules[K] | null,
  ): Pick<ProblemRules, K> | null => {
    const one = rules.get(field) === undefined ? null : read(rules.get(field), `rules.${field}`);
    return one === null ? null : ({ [field]: one } as Pick<ProblemRules, K>);
  };
  const already = given('winners', (list, path) => readAlready(reader, list, path, null));
  const winners = readWinners(reader, rules, 'rules');
  const include = given('include', (list, path) => readProviders(reader, list, path, providers));
  const exclude = given('exclude', (list, path) => readProviders(reader, list, path, null));
  for (const [at, provider] of (include?.include ?? []).entries()) {
    if (exclude?.exclude?.includes(provider) === true) {
      reader.fault(`rules.include[${at}]`, `is "${provider}", which is in exclude too`);
    }
  }
  return {
    award: award ?? 'shared',
    ...already,
    ...given('paid', (record, path) => readPaid(reader, record, path, new Set(already?.winners))),
    ...winners,
    ...given('maxShare', (share, path) => reader.share(share, path)),
    ...given('maxCostShare', (share, path) => {
      if (award === 'shared') reader.fault(path, 'is only taken where whole lots or tiers are awarded; use maxShare');
      return reader.share(share, path);
    }),
    ...given('budgetMinor', (amount, path) =>
      reader.integer(amount, path, { least: 0n, most: LIMITS.worstTotalMinor }),
    ),
    ...include,
    ...exclude,
    ...given('groups', (list, path) => readGroups(reader, list, path, lots, new Set(already?.winners))),
  };
}

function readWinners(
  reader: ProblemReader,
  from: ReadonlyMap<string, unknown>,
  path: string,
): { minWinners?: number; maxWinners?: number } {
  const count = (field: string, least: number): number | null =>
    from.get(field) === undefined ? null : reader.count(from.get(field), `${path}.${field}`, least, LIMITS.bids);
  const [fewest, most] = [count('minWinners', 0), count('maxWinners', 1)];
  if (fewest !== null && most !== null && fewest > most) {
    reader.fault(`${path}.minWinners`, `is ${fewest}, but maxWinners is ${most}`);
  }
  return { ...(fewest === null ? {} : { minWinners: fewest }), ...(most === null ? {} : { maxWinners: most }) };
}

function readGroups(
  reader: ProblemReader,
  value: unknown,
  path: string,
  known: ReadonlySet<string> | null,
  already: ReadonlySet<string>,
): WinnerGroup[] | null {
  const list = reader.list(value, path, LIMITS.groups);
  const groups = list?.map((entry, at): WinnerGroup => {
    const place = `${path}[${at}]`;
    const group = reader.object(entry, place, ['lots', 'winners', 'minWinners', 'maxWinners']);
    if (!group) return { lots: [] };
    const lots = (reader.list(group.get('lots'), `${place}.lots`, LIMITS.lots) ?? []).map((lot, l) => {
      const name = reader.name(lot, `${place}.lots[${l}]`) ?? '';
      if (known && name !== '' && !known.has(name)) reader.fault(`${place}.lots[${l}]`, `no lot has the id "${name}"`);
      return name;
    });
    const won = group.get('winners');
    const winners = won === undefined ? null : readAlready(reader, won, `${place}.winners`, already);
    return { lots, ...(winners === null ? {} : { winners }), ...readWinners(reader, group, place) };
  });
  const named = (groups ?? []).reduce((sum, { lots }) => sum + lots.length, 0);
  if (named > LIMITS.groupedLots) reader.fault(path, `name ${named} lots; at most ${LIMITS.groupedLots} are taken`);
  return groups ?? null;
}

/** Names of providers that are winners already, each once; those of a group are among those of all lots. */
function readAlready(
  reader: ProblemReader,
  value: unknown,
  path: string,
  ofAll: ReadonlySet<string> | null,
): string[] | null {
  const names = readProviders(reader, value, path, null);
  const seen = new Map<string, string>();
  for (const [at, name] of (names ?? []).entries()) {
    const place = `${path}[${at}]`;
    const first = seen.get(name);
    if (name === '') continue;
    if (first === undefined) seen.set(name, place);
    else reader.fault(place, `is "${name}" like ${first}`);
    if (ofAll?.has(name) === false)
      reader.fault(place, `is "${name}", which is not in rules.winners: name it there too`);
  }
  return names;
}

/** What winners are paid already; together no more than a problem may cost. */
function readPaid(
  reader: ProblemReader,
  value: unknown,
  path: string,
  already: ReadonlySet<string>,
): Record<string, Minor> | null {
  const record = reader.object(value, path);
  if (!record) return null;
  const paid: [string, Minor][] = [];
  for (const [provider, member] of record) {
    const place = join(path, provider);
    if (member === undefined || reader.name(provider, place) === null) continue;
    if (!already.has(provider)) reader.fault(place, 'is of a provider that is not in rules.winners: name it there too');
    const amount = reader.integer(member, place, { least: 0n, most: LIMITS.worstTotalMinor });
    if (amount !== null) paid.push([provider, amount]);
  }
  const total = paid.reduce((sum, [, amount]) => sum + amount, 0n);
  if (total > LIMITS.worstTotalMinor)
    reader.fault(path, `is ${total} together; at most ${LIMITS.worstTotalMinor} is taken`);
  return Object.fromEntries(paid);
}

/** Names of providers; one that must win must have bid. */
function readProviders(
  reader: ProblemReader,
  value: unknown,
  path: string,
  bidding: ReadonlySet<string> | null,
): string[] | null {
  const list = reader.list(value, path, LIMITS.bids);
  return (
    list?.map((entry, at) => {
      const name = reader.name(entry, `${path}[${at}]`) ?? '';
      if (bidding && name !== '' && !bidding.has(name)) reader.fault(`${path}[${at}]`, `no bid is of "${name}"`);
      return name;
    }) ?? null
  );
}
