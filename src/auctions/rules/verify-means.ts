/** What a verification needs from outside, and what it collects while it goes on. */
import type { BidAward, Problem, Result } from '../../allocation/rules/problem.js';
import type { EventKind } from './events.js';
import type { HashOf } from './log.js';

export interface VerifyMeans {
  readonly hashOf: HashOf;
  /** Does the Ed25519 signature (Base64) belong to the text, by this public key (PEM)? False for what is no key. */
  isSigned(text: string, signature: string, publicKey: string): boolean;
  /**
   * The exact winner determination.
   * @param known awards to begin with, where they keep the rules: what is proved is the same without them, as far as its
   *   ties are settled
   */
  solve(
    problem: Problem,
    known: readonly BidAward[],
  ): Promise<Pick<Result, 'status' | 'totalMinor' | 'awards' | 'explanation'>>;
  /** the only key that may have signed; absent when the key in the file is taken for what it says */
  readonly allowedKey?: string;
}

/** The first place at which a log does not fit. */
export interface LogFault {
  /** null when it is no event's, but the file's */
  readonly sequence: number | null;
  readonly kind: EventKind | 'file';
  readonly reason: string;
}

/** So many events are named where something could not be checked. */
const NAMED = 20;

/** What could not be checked because it is not disclosed. */
export class Unchecked {
  private readonly places = new Map<string, number[]>();

  note(what: string, sequence: number): void {
    this.places.set(what, [...(this.places.get(what) ?? []), sequence]);
  }

  sentences(): string[] {
    return [...this.places].map(([what, sequences]) => {
      const more = sequences.length > NAMED ? ` and ${sequences.length - NAMED} more` : '';
      return `not checked: ${what} (of event ${sequences.slice(0, NAMED).join(', ')}${more})`;
    });
  }
}
