/** The rows of the inbox, as they are written. */
import type { Deed } from '../platform/deeds/deeds.js';
import { stripeToldUs } from './inbox.events.js';
import type { Notice } from './rules/webhook.js';
import type { StripeObjects } from './stripe-objects.js';

export type Source = 'webhook' | 'reconciliation';

/**
 * Keeps events that are not here yet, and has those applied whose kind somebody applies.
 * @returns the ids of those that were not here
 */
export async function keepEvents(
  deed: Deed,
  objects: StripeObjects,
  notices: readonly Notice[],
  source: Source,
): Promise<string[]> {
  const rows = notices.map((notice) => ({ ...notice, state: isApplied(objects, notice) ? 'waiting' : 'unknown' }));
  // Whoever tells us the same again does not wait for who is applying it.
  const fresh: { id: string; state: string }[] = await deed.tx.query(
    `insert into stripe_event (id, type, object_kind, object_id, account, created_at, state, handled_at, source)
     select id, type, kind, object, account, created_at, state,
            case state when 'unknown' then clock_timestamp() end, $8
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
       as e (id, type, kind, object, account, created_at, state)
     order by id on conflict (id) do nothing returning id, state`,
    [
      rows.map(({ id }) => id),
      rows.map(({ type }) => type),
      rows.map(({ objectKind }) => objectKind),
      rows.map(({ objectId }) => objectId),
      rows.map(({ account }) => account),
      rows.map(({ createdAt }) => createdAt),
      rows.map(({ state }) => state),
      source,
    ],
  );
  for (const { id, state } of fresh) if (state === 'waiting') await deed.announce(stripeToldUs, { eventId: id });
  return fresh.map(({ id }) => id);
}

/** Does somebody apply it? What happened at a provider's account concerns us only as far as it is about the account. */
export function isApplied(
  objects: StripeObjects,
  { objectKind, objectId, account }: Pick<Notice, 'objectKind' | 'objectId' | 'account'>,
): boolean {
  return objectId !== null && objects.knows(objectKind) && (account === null || objectKind === 'account');
}
