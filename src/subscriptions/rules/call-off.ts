/**
 * The call-off contract of one settled line, as a text that anybody can read, keep, and hash. It is written as pieces
 * with places between them: what is the same for all lines of a class is in the pieces, what differs from line to line
 * fills the places. So the text is defined here once, and the database can put 120,000 of them together by itself.
 */
import { formatMoney, type Minor } from '../../kernel/money.js';

/**
 * What differs from line to line, in the order in which it stands in the text. Of a line that joined later, "offer" is
 * filled with the subscription's own id.
 */
export const CALL_OFF_PLACES = ['number', 'member', 'site', 'region', 'quantity', 'offer'] as const;

export type CallOffPlace = (typeof CALL_OFF_PLACES)[number];

export interface CallOffAgreement {
  readonly number: string;
  readonly contentHash: string;
  readonly agencyName: string;
  readonly providerName: string;
  readonly currency: string;
  readonly termMonths: number;
  /** lines of the provider's other agreements, with which its bands count on */
  readonly heldLines: number;
}

/** How a class of lines settled. Money per line. */
export interface CallOffClass {
  readonly lot: string;
  readonly tier: string;
  readonly monthly: Minor;
  readonly setup: Minor;
}

export interface CallOffSettlement {
  readonly settledAt: Date;
  /** lines settled in the whole agreement; or all its lines, when these joined it later */
  readonly volume: number;
  /** where the band of that volume begins */
  readonly bandFrom: number;
  /** the line joined the running agreement: nobody had offered it to the member */
  readonly later?: boolean;
}

/** The text around the places: one piece more than there are places. */
export function callOffPieces(agreement: CallOffAgreement, settled: CallOffSettlement, line: CallOffClass): string[] {
  const { currency, heldLines } = agreement;
  const beside = heldLines === 0 ? '' : ` beside the ${heldLines} of the provider's other agreements`;
  const text = [
    'CALL-OFF CONTRACT ',
    [
      '',
      `under the framework agreement ${agreement.number} (content SHA-256 ${agreement.contentHash})`,
      '',
      `Agency:    ${agreement.agencyName}`,
      `Provider:  ${agreement.providerName}`,
      'Member:    ',
    ].join('\n'),
    '\nSite:      ',
    '\nRegion:    ',
    `\nService:   ${line.tier}, in lot ${line.lot}\nLines:     `,
    [
      '',
      `Price:     ${formatMoney(line.monthly, currency)} ${currency} a month for each line`,
      `Set-up:    ${formatMoney(line.setup, currency)} ${currency} once for each line`,
      `Term:      ${agreement.termMonths} months from the day on which the line works`,
      `Concluded: ${settled.settledAt.toISOString()}`,
      '',
      `The price is that of ${settled.volume} lines, in the band from ${settled.bandFrom} lines on${beside}, and not above what the`,
      'member agreed to. When more lines join and a better band is reached, it becomes less; within the term it never rises.',
      settled.later === true
        ? 'All else is as the framework agreement says. The line joined the running agreement later: the member agreed by\njoining, recorded as '
        : 'All else is as the framework agreement says. The member agreed by its answer to the offer ',
    ].join('\n'),
    '.\n',
  ];
  return text;
}

/** The whole text of one line's contract. */
export function callOffText(pieces: readonly string[], values: Readonly<Record<CallOffPlace, string>>): string {
  return pieces.map((piece, index) => piece + (fillOf(values, index) ?? '')).join('');
}

function fillOf(values: Readonly<Record<CallOffPlace, string>>, index: number): string | undefined {
  const place = CALL_OFF_PLACES[index];
  return place === undefined ? undefined : values[place];
}
