/** Who may tell where a line that joined later is to be installed, and until when. */
import { type Refusal, refuse } from '../../kernel/refusal.js';
import type { SubscriptionState } from './subscription-lifecycle.js';

export interface AddressedLine {
  readonly state: SubscriptionState;
  /** pledged lines have the address of their site */
  readonly joinedLater: boolean;
  readonly memberId: string;
  /** who told the address that the provider knows; null: it knows none, or that of the member's site */
  readonly toldBy: string | null;
  /** the provider knows the address of a site that the member pledged */
  readonly knownOfSite: boolean;
}

/**
 * @param by the member of the line, or the association that joined with it
 * @returns why it cannot tell another address, or null: what a member has told itself, no association changes
 */
export function whyNotTellAddress(line: AddressedLine, by: string): Refusal | null {
  if (!line.joinedLater) {
    return refuse(
      'subscription.address-of-site',
      'This line was pledged: it is installed where the site of its pledge is. Ask the agency when that is wrong.',
    );
  }
  if (line.state !== 'called-off') {
    return refuse(
      'subscription.address-used',
      `The line is ${line.state}: an address is told before it is installed. Ask its provider when it has to move.`,
      { state: line.state },
    );
  }
  if (by === line.memberId || (!line.knownOfSite && line.toldBy !== line.memberId)) return null;
  return refuse(
    'subscription.address-of-member',
    'The member has told this address itself: ask it to tell another one when that is wrong.',
  );
}
