/** What becomes of what Stripe told us: the object is read again, and the effect commits with the note that it was handled. */
import { Injectable } from '@nestjs/common';
import { Refusal } from '../kernel/refusal.js';
import { JobSource } from '../platform/database/job-source.js';
import { Deeds } from '../platform/deeds/deeds.js';
import { OnFact } from '../platform/deeds/facts.js';
import { messageOf, updatedRows } from '../platform/jobs/performer.js';
import { stripeToldUs } from './inbox.events.js';
import { StripeObjects } from './stripe-objects.js';

/** Tried so often, with longer and longer rests, for some twenty minutes; then an officer has to look at it. */
const MOST_TRIES = 12;

@Injectable()
export class InboxJobs {
  constructor(
    private readonly source: JobSource,
    private readonly deeds: Deeds,
    private readonly objects: StripeObjects,
  ) {}

  @OnFact(stripeToldUs, { name: 'payments.apply-event', long: true })
  async apply({ eventId }: { eventId: string }): Promise<void> {
    try {
      await this.applyNow(eventId);
    } catch (error) {
      // Stripe's absence is nobody's fault, and ends: that is waited for however long it takes.
      const passing = error instanceof Refusal && error.kind === 'unavailable';
      if (await this.failed(eventId, messageOf(error), passing)) throw error;
    }
  }

  private async applyNow(eventId: string): Promise<void> {
    await this.deeds.runAsJob('payments.apply-event', async (deed) => {
      const { tx } = deed;
      const rows: { kind: string; object: string }[] = await tx.query(
        `select object_kind as kind, object_id as object from stripe_event
         where id = $1 and state = 'waiting' for update`,
        [eventId],
      );
      const [event] = rows;
      if (!event) return;
      // All that was told of this object until now is in what is read below. What another job holds is left to it.
      const told: { id: string }[] = await tx.query(
        `select id from stripe_event where object_id = $1 and object_kind = $2 and state = 'waiting'
         for update skip locked`,
        [event.object, event.kind],
      );
      const known = await this.objects.apply(deed, event.kind, event.object);
      await tx.query(
        `update stripe_event set state = $2, handled_at = clock_timestamp(), attempts = attempts + 1, last_error = null
         where id = any($1)`,
        [told.map(({ id }) => id), known ? 'handled' : 'unknown'],
      );
    });
  }

  /** @returns whether it is to be tried again */
  private async failed(eventId: string, why: string, passing: boolean): Promise<boolean> {
    const result: unknown = await this.source.query(
      `update stripe_event set attempts = attempts + 1, last_error = $2,
         state = case when not $3 and attempts + 1 >= $4 then 'failed' else state end
       where id = $1 and state = 'waiting' returning state`,
      [eventId, why.replaceAll('\0', '').slice(0, 500), passing, MOST_TRIES],
    );
    return updatedRows<{ state: string }>(result)[0]?.state === 'waiting';
  }
}
