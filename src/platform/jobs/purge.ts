/** Removes what nobody needs any more. What people did stays in the audit log; sessions are swept at each sign-in. */
import { Injectable } from '@nestjs/common';
import { JobSource } from '../database/job-source.js';
import { updatedRows } from './performer.js';

/** A command repeated under its key after this long is a new command. */
export const KEYS_KEPT = "interval '7 days'";
/** For looking into what happened lately; a fact that somebody still has to hear stays however old it is. */
export const FACTS_KEPT = "interval '7 days'";
/** Rows removed by one statement, so that none holds its locks for long. */
const BATCH = 5_000;

const STATEMENTS = [
  `delete from idempotency where (scope, key) in (
     select scope, key from idempotency where created_at < clock_timestamp() - ${KEYS_KEPT}
     limit $1 for update skip locked)
   returning 1`,
  `with old as (
     select id from outbox_event e where announced_at < clock_timestamp() - ${FACTS_KEPT} and not exists (
       select from outbox_delivery d where d.event_id = e.id
         and (d.handled_at is null or d.handled_at > clock_timestamp() - ${FACTS_KEPT}))
     limit $1 for update skip locked),
   gone as (delete from outbox_delivery where event_id in (select id from old))
   delete from outbox_event where id in (select id from old) returning 1`,
] as const;

@Injectable()
export class Purge {
  constructor(private readonly source: JobSource) {}

  /** Removes a batch of each kind. @returns whether there may be more */
  async run(): Promise<boolean> {
    let more = false;
    for (const statement of STATEMENTS) {
      const gone = updatedRows<unknown>(await this.source.query(statement, [BATCH]));
      more ||= gone.length === BATCH;
    }
    return more;
  }
}
