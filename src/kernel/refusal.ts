/**
 * A refusal is an answer, not an accident: the deed was understood and may not be done.
 * It names what is wrong (code), where (field), and what to do, in one sentence a person can act on.
 */

/** What sort of no it is; the HTTP filter turns each into one status. */
export type RefusalKind =
  | 'invalid' // the input does not fit: 422
  | 'malformed' // it is not what it says it is: 400
  | 'unauthenticated' // nobody is signed in: 401
  | 'forbidden' // signed in, but not allowed: 403
  | 'not-found' // there is no such thing, or it is none of the caller's business: 404
  | 'conflict' // the state of things does not allow it: 409
  | 'stale' // someone changed it meanwhile: 412
  | 'too-large' // beyond a written limit: 413
  | 'unsupported' // not a format we read: 415
  | 'too-many' // too often: 429
  | 'unavailable'; // not now, try again: 503

/** One place in the input that is wrong. `path` is dotted ("bands.2.monthly.fibre-1000"); lines count from 1. */
export interface Fault {
  readonly path: string;
  readonly reason: string;
  readonly line?: number;
}

export interface RefusalFacts {
  readonly kind?: RefusalKind;
  readonly faults?: readonly Fault[];
  readonly [fact: string]: unknown;
}

/** Thrown by services, returned by rules (`whyNot...`). `message` is the human sentence. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: RefusalKind;
  readonly faults: readonly Fault[];

  constructor(
    readonly code: string,
    sentence: string,
    readonly facts: RefusalFacts = {},
  ) {
    super(sentence);
    this.kind = facts.kind ?? 'conflict';
    this.faults = facts.faults ?? [];
  }
}

/** Builds a refusal; `kind` is 'conflict' unless said. Codes are dotted: "pool.not-open". */
export function refuse(code: string, sentence: string, facts: RefusalFacts = {}): Refusal {
  return new Refusal(code, sentence, facts);
}

/** The refusal of an input with faults at named places. */
export function invalid(code: string, sentence: string, faults: readonly Fault[]): Refusal {
  return new Refusal(code, sentence, { kind: 'invalid', faults });
}

/** The refusal for an object that does not exist, or that the caller may not know to exist. */
export function notFound(what: string): Refusal {
  return new Refusal(`${what}.not-found`, `There is no such ${what}, or it is not yours to see.`, {
    kind: 'not-found',
  });
}

/** Throws the refusal a rule answered with, if it answered with one. */
export function unless(refusal: Refusal | null): void {
  if (refusal) throw refusal;
}
