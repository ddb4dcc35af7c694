/** The text of call-off contracts as the database puts it together, so that it can hash 120,000 of them by itself. */
import { CALL_OFF_PLACES, type CallOffPlace } from './rules/call-off.js';

/** What fills the places of the text: columns of s, a line about to be called off. */
const PLACES: Readonly<Record<CallOffPlace, string>> = {
  number: 's.number',
  member: 's.member_name',
  site: 's.site_reference',
  region: 's.region_code',
  quantity: 's.quantity::text',
  offer: 's.id::text',
};

const TEXT = ['p.pieces[1]', ...CALL_OFF_PLACES.map((place, at) => `${PLACES[place]} || p.pieces[${at + 2}]`)].join(
  ' || ',
);

/** The hash of the contract of a line s (its offer's id, or its own, is s.id), of whose class p has the pieces. */
export const CONTENT_HASH = `encode(sha256(convert_to(${TEXT}, 'UTF8')), 'hex')`;

/** A member's name within its contract: line breaks become spaces, so that no name can add lines to it. */
export const MEMBER_NAME = `translate(m.name, E'\\r\\n\\v\\f', '    ')`;

/**
 * SQL of the number of a call-off contract, "CO-FA-2026-0001-000001": six digits, and more where there are more contracts
 * than that. Beyond six digits numbers do not sort as texts.
 * @param prefix SQL of all that is before the digits
 * @param count SQL of a whole number
 */
export const contractNumber = (prefix: string, count: string): string =>
  `${prefix} || lpad((${count})::text, greatest(6, length((${count})::text)), '0')`;
