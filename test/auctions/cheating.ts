/** Ways to alter a played auction before it is written anew, chained and signed, by a cheat who has the key. */
import type { EventBodies, EventKind } from '../../src/auctions/rules/events.js';
import type { Draft, Played } from './played-log.js';

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
