/** What happens by time to invoices that are not paid: reminders that rise, and then a question to an officer. */
import { Injectable } from '@nestjs/common';
import { transition } from '../kernel/lifecycle.js';
import type { Minor } from '../kernel/money.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { remindOf, writeLetters } from './letters.js';
import { collectionLifecycle, type CollectionState } from './rules/lifecycles.js';
import { nextReminder } from './rules/schedule.js';

/** Invoices of a run fall due together, so that one of them takes others along. */
const TOGETHER = 2_000;

interface Due {
  readonly id: string;
  readonly number: string;
  readonly memberId: string;
  readonly currency: string;
  readonly openMinor: Minor;
  readonly dueOn: string;
  readonly state: CollectionState;
  readonly reminders: number;
}

@Injectable()
export class DunningService {
  /** Moves this collection on, and others with it that are due as well. The first is locked and due. */
  async dun(deed: Deed, id: string): Promise<void> {
    const due: Due[] = await deed.tx.query(
      `select id, number, member_id as "memberId", currency, open_minor as "openMinor", due_on::text as "dueOn", state,
         reminders
       from collection where state in ('due', 'overdue') and due_at <= $2
       order by id <> $1, due_at limit $3 for update skip locked`,
      [id, deed.now, TOGETHER],
    );
    const moved = due.map((row) => {
      const next = nextReminder(row.reminders, deed.now);
      const overdue = row.state === 'due' ? transition(collectionLifecycle, row.state, 'lapse') : row.state;
      return {
        row,
        remind: next.remind,
        dueAt: next.dueAt,
        state: transition(collectionLifecycle, overdue, next.remind ? 'remind' : 'propose'),
      };
    });
    await deed.tx.query(
      `update collection c set state = m.state, due_at = m.due_at, reminders = c.reminders + m.reminded
       from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::integer[]) as m (id, state, due_at, reminded)
       where c.id = m.id`,
      [
        moved.map(({ row }) => row.id),
        moved.map(({ state }) => state),
        moved.map(({ dueAt }) => dueAt),
        moved.map(({ remind }) => (remind ? 1 : 0)),
      ],
    );
    await writeLetters(
      deed.tx,
      moved.flatMap(({ row, remind }) => (remind ? [remindOf(row, row.reminders)] : [])),
    );
  }
}
