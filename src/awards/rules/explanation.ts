/** The solver's sentences with the names that people know, in place of the ids that it was given. */
import type { ProblemBid } from '../../allocation/rules/problem.js';
import { alternativeOf, bidOf } from '../../auctions/rules/tariff-id.js';

/**
 * @param bids as the problem names them
 * @param names of providers by id; an id without a name stays
 */
export function withNames(
  explanation: readonly string[],
  bids: readonly Pick<ProblemBid, 'id' | 'provider'>[],
  names: ReadonlyMap<string, string>,
): string[] {
  const called = callBids(bids);
  const known = bids.flatMap(({ id, provider }) => {
    const name = names.get(provider);
    return name === undefined ? [] : [{ id, provider, name, call: called(id, name) }];
  });
  // The name of a bid begins those of its alternatives, and one label may begin another.
  known.sort((a, b) => b.id.length - a.id.length);
  // One after the other: a provider that is called first would not be found any more beside its next bid.
  const words = [
    ...known.map(({ id, provider, call }) => [`${provider} (bid ${id})`, call] as const),
    ...known.map(({ id, call }) => [id, `the bid of ${call}`] as const),
    ...known.map(({ provider, name }) => [provider, name] as const),
  ];
  return explanation.map((sentence) => words.reduce((text, [id, call]) => text.replaceAll(id, () => call), sentence));
}

/**
 * What the bids of a problem are called by the name of their provider. Where a bid has several tariffs each is told from the
 * others, the main one as well: what the whole costs without it does not say what it costs without its provider.
 */
export function callBids(bids: readonly Pick<ProblemBid, 'id'>[]): (id: string, provider: string) => string {
  const several = new Set(bids.filter(({ id }) => alternativeOf(id) !== null).map(({ id }) => bidOf(id)));
  return (id, provider) => {
    const alternative = alternativeOf(id);
    if (alternative !== null) return `${provider} (alternative "${alternative}")`;
    return several.has(id) ? `${provider} (main tariff)` : provider;
  };
}
