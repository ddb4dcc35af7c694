/** The solver's sentences with the names that people know, in place of the ids that it was given. */
import type { ProblemBid } from '../../allocation/rules/problem.js';
import { alternativeOf } from '../../auctions/rules/tariff-id.js';

/**
 * @param bids as the problem names them
 * @param names of providers by id; an id without a name stays
 */
export function withNames(
  explanation: readonly string[],
  bids: readonly Pick<ProblemBid, 'id' | 'provider'>[],
  names: ReadonlyMap<string, string>,
): string[] {
  // The name of a bid begins those of its alternatives, and one label may begin another.
  const longestFirst = bids.toSorted((a, b) => b.id.length - a.id.length);
  return explanation.map((sentence) =>
    longestFirst.reduce((text, { id, provider }) => {
      const name = names.get(provider);
      if (name === undefined) return text;
      return text
        .replaceAll(`${provider} (bid ${id})`, () => nameOfBid(id, name))
        .replaceAll(id, () => `the bid of ${nameOfBid(id, name)}`)
        .replaceAll(provider, () => name);
    }, sentence),
  );
}

/** What a bid is called by the name of its provider: with the label of the alternative, if it is one. */
export function nameOfBid(id: string, provider: string): string {
  const alternative = alternativeOf(id);
  return alternative === null ? provider : `${provider} (alternative "${alternative}")`;
}
