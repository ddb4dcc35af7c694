/** Where lines are installed, told alike wherever it is told. Whoever may see a line may see this, and nobody else. */

/**
 * Joins o, a line, with p, what is known of its site. A line that joined later may name a site of its member that was
 * pledged at another address: the name and the coordinates there would lead the provider astray, so that site is left out.
 */
export const SITE_OF_LINE = `left join site_place p on p.member_id = o.member_id and p.reference = o.site_reference
  and coalesce(p.address = o.address, true)`;

/** The postal address of such a line: its own, if it joined with one, or else its site's. */
export const ADDRESS = 'coalesce(o.address, p.address)';
