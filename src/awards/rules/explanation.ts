/** The solver's sentences with the names that people know, in place of the ids that it was given. */
import type { AwardBid } from './award.js';

/** @param names of providers by id; an id without a name stays */
export function withNames(
  explanation: readonly string[],
  bids: readonly Pick<AwardBid, 'bidId' | 'providerId'>[],
  names: ReadonlyMap<string, string>,
): string[] {
  return explanation.map((sentence) =>
    bids.reduce((text, { bidId, providerId }) => {
      const name = names.get(providerId);
      if (name === undefined) return text;
      return text
        .replaceAll(`${providerId} (bid ${bidId})`, () => name)
        .replaceAll(bidId, () => `the bid of ${name}`)
        .replaceAll(providerId, () => name);
    }, sentence),
  );
}
