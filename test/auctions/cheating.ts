/** Ways to alter a played auction before it is written anew, chained and signed, by a cheat who has the key. */
import type { EventBodies, EventKind, StandingContent } from '../../src/auctions/rules/events.js';
import { later } from '../../src/auctions/rules/phases.js';
import { verifyLog } from '../../src/auctions/rules/verify.js';
import type { AuctionSettings } from '../../src/tenders/rules/auction-settings.js';
import { play, type Solve } from './play.js';
import { type Draft, isSigned, makeKeys, type Played, sha256, writtenText } from './played-log.js';

/** Whether a played auction has a kind of event. */
export function has({ drafts }: Played, ...kinds: readonly EventKind[]): boolean {
  return kinds.every((kind) => drafts.some((draft) => draft.kind === kind));
}

/** Index of the first event, from an index on, that is of a kind and wanted. */
export function at<K extends EventKind>(
  { drafts }: Played,
  kind: K,
  wanted: (body: EventBodies[K], index: number) => boolean = () => true,
): number {
  const index = drafts.findIndex((draft, i) => draft.kind === kind && wanted(draft.body as EventBodies[K], i));
  if (index < 0) throw new Error(`this auction has no such event "${kind}"`);
  return index;
}

export function lastAt(played: Played, kind: EventKind): number {
  return played.drafts.findLastIndex((draft) => draft.kind === kind);
}

/** With other members in the body of an event, and perhaps another time or content. */
export function altered(
  played: Played,
  index: number,
  body: object,
  others: { readonly at?: Date; readonly content?: object } = {},
): Played {
  const drafts = played.drafts.map((draft, i) => {
    return i === index ? ({ ...draft, ...others, body: { ...draft.body, ...body } } as Draft) : draft;
  });
  return { ...played, drafts };
}

/** Without an event; what names a later one names it still. */
export function without(played: Played, index: number): Played {
  const moved = (sequence: number): number => (sequence > index ? sequence - 1 : sequence);
  return { ...played, drafts: renamed(played.drafts, moved).filter((_, i) => i !== index) };
}

/** With one more event before the one of this index. */
export function inserted(played: Played, index: number, draft: Draft): Played {
  const moved = (sequence: number): number => (sequence > index ? sequence + 1 : sequence);
  return { ...played, drafts: renamed(played.drafts, moved).toSpliced(index, 0, draft) };
}

function renamed(drafts: readonly Draft[], moved: (sequence: number) => number): Draft[] {
  return drafts.map((draft): Draft => {
    if (draft.kind === 'standing') return { ...draft, body: { ...draft.body, upTo: moved(draft.body.upTo) } };
    if (draft.kind === 'extended') return { ...draft, body: { ...draft.body, because: moved(draft.body.because) } };
    if (draft.kind === 'closed') return { ...draft, body: { standing: moved(draft.body.standing) } };
    return draft;
  });
}

/** What a cheat with the key makes of an auction: written anew, with right hashes, receipts and seal. */
export interface Cheat {
  readonly played: Played;
  /** of the event at which it must be found */
  readonly sequence: number;
}

/** Alters one event of an auction, which must be found there. */
export function alter(of: Played, index: number, change: object, others: Parameters<typeof altered>[3] = {}): Cheat {
  return { played: altered(of, index, change, others), sequence: index + 1 };
}

/** Moves an instant in the body of an event. */
export function postponed(of: Played, index: number, member: string, millis: number): Cheat {
  return alter(of, index, { [member]: later(new Date(textOf(of, index, member)), millis).toISOString() });
}

export function timeOf({ drafts }: Played, index: number): Date {
  return drafts[index]?.at ?? new Date(0);
}

export function bodyOf({ drafts }: Played, index: number): Readonly<Record<string, unknown>> {
  return { ...drafts[index]?.body };
}

export function textOf(of: Played, index: number, member: string): string {
  return String(bodyOf(of, index)[member]);
}

export function contentOf(of: Played, index: number): StandingContent {
  return of.drafts[index]?.content as StandingContent;
}

export function event(kind: string, time: Date, its: object): Draft {
  return { kind, at: time, body: its } as unknown as Draft;
}

const LIVE: Partial<AuctionSettings> = {
  durationSeconds: 600,
  softCloseSeconds: 300,
  extensionSeconds: 240,
  maxExtensionSeconds: 400,
  feedback: 'rank-and-total',
};

/** Auctions in which enough happens to cheat with. */
export async function playAll(solve: Solve): Promise<{ live: Played; rounds: Played; sealed: Played }> {
  const rounds = await play({ seed: 4, moves: 2, settings: { format: 'rounds' } }, solve);
  const sealed = await play({ seed: 1, settings: { format: 'sealed' } }, solve);
  for (let seed = 0; seed < 200; seed += 1) {
    const live = await play({ seed, moves: 7, settings: LIVE }, solve);
    const changes = live.drafts.filter((draft) => draft.kind === 'standing' && draft.body.changed).length;
    const stopped = live.drafts.findIndex((draft) => draft.kind === 'paused' && draft.body.cause === 'officer');
    if (has(live, 'extended') && stopped > at(live, 'began') && changes > 1) return { live, rounds, sealed };
  }
  throw new Error('no auction was eventful enough');
}

const keys = makeKeys();

/** The cheat is found, at its event and for its reason. */
export async function expectFound({ played, sequence }: Cheat, reason: RegExp, solve: Solve): Promise<void> {
  const verdict = await verifyLog(writtenText(played, keys), { hashOf: sha256, isSigned, solve });
  expect(verdict).toMatchObject({ status: 'invalid', winners: [], totalMinor: null, fault: { sequence } });
  expect(verdict.fault?.reason).toMatch(reason);
}
