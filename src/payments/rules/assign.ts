/** Money finds what it is for: receipts that name numbers, and what is open under these numbers. */
import type { Minor } from '../../kernel/money.js';

/** Money that has come, with the numbers that it names, in their order. */
export interface Purse {
  readonly id: string;
  readonly minor: Minor;
  readonly numbers: readonly string[];
}

/** What is to be paid under a number. */
export interface Claim {
  readonly number: string;
  readonly id: string;
  readonly openMinor: Minor;
  /** a deposit is paid whole or not at all, so that it is never held in part; paid again, it goes back whole */
  readonly whole: boolean;
  /** false for a deposit that is paid already, or not asked for any more: money for it only comes to go back */
  readonly needed: boolean;
}

export interface Assigned {
  readonly purse: string;
  readonly claim: string;
  readonly minor: Minor;
}

/**
 * Gives each purse to what it names, in the order of purses and names, never more than is open, or once the whole; what is
 * left of a purse stays with it. What needs no money gets what the others that a purse names leave: a transfer that pays an
 * invoice may name the deposit as well that is credited to it, or that it is in place of.
 */
export function assign(purses: readonly Purse[], claims: readonly Claim[]): Assigned[] {
  const open = new Map(claims.map((claim) => [claim.number, claim.openMinor]));
  const byNumber = new Map(claims.map((claim) => [claim.number, claim]));
  const assigned: Assigned[] = [];
  for (const purse of purses) {
    let left = purse.minor;
    const named = purse.numbers.flatMap((number) => byNumber.get(number) ?? []);
    for (const claim of [...named.filter(({ needed }) => needed), ...named.filter(({ needed }) => !needed)]) {
      const { number } = claim;
      const wanted = open.get(number) ?? 0n;
      if (wanted <= 0n || left <= 0n || (claim.whole && left < wanted)) continue;
      const minor = left < wanted ? left : wanted;
      assigned.push({ purse: purse.id, claim: claim.id, minor });
      if (!claim.whole) open.set(number, wanted - minor);
      left -= minor;
    }
  }
  return assigned;
}

/** Takes an amount out of payments, the last one first. @returns what each gives; less in all if they do not have it */
export function takeBack(
  payments: readonly { readonly id: string; readonly leftMinor: Minor }[],
  minor: Minor,
): { readonly id: string; readonly minor: Minor }[] {
  let left = minor;
  const taken: { id: string; minor: Minor }[] = [];
  for (const { id, leftMinor } of payments.toReversed()) {
    const part = leftMinor < left ? leftMinor : left;
    if (part <= 0n) continue;
    taken.push({ id, minor: part });
    left -= part;
  }
  return taken;
}
