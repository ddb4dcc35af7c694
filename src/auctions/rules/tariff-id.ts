/**
 * How the tariffs of a bid are named in a winner determination. The main tariff has the name of the bid itself, an
 * alternative that name, a slash and its label: of tariffs of equal cost the main one is preferred, then the earlier label.
 */

/** What stands for a bid is an id or an alias, and has no slash. */
const SLASH = '/';

/** @param bid id or alias of the bid */
export function tariffId(bid: string, alternative: string | null | undefined): string {
  return typeof alternative === 'string' ? `${bid}${SLASH}${alternative}` : bid;
}

/** The bid of a tariff. */
export function bidOf(tariff: string): string {
  const at = tariff.indexOf(SLASH);
  return at < 0 ? tariff : tariff.slice(0, at);
}

/** The label of an alternative; null of a main tariff. */
export function alternativeOf(tariff: string): string | null {
  const at = tariff.indexOf(SLASH);
  return at < 0 ? null : tariff.slice(at + 1);
}
