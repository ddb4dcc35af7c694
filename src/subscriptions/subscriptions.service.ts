/** The deeds around a line under way: it is suspended and resumed, it ends, or it is cancelled before it works. */
import { Injectable } from '@nestjs/common';
import { whyNotForAgency } from '../identity/rules/whose-agency.js';
import type { Actor } from '../kernel/actor.js';
import { type Day, dayOf } from '../kernel/calendar.js';
import { transition } from '../kernel/lifecycle.js';
import { notFound, unless } from '../kernel/refusal.js';
import { planFor } from '../platform/database/many-rows.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { type HeldLine, holdLines, writeEnded, writeResumed, writeSuspended } from './line-rows.js';
import { whyNotEnd, whyNotOn } from './rules/service.js';
import { subscriptionLifecycle, termEndLifecycle } from './rules/subscription-lifecycle.js';
import type { ChangeService, SubscriptionView } from './subscriptions.dto.js';
import { lineDropped } from './subscriptions.events.js';
import { SubscriptionsQueries } from './subscriptions.queries.js';

@Injectable()
export class SubscriptionsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly queries: SubscriptionsQueries,
  ) {}

  /**
   * Suspends a line of the actor's agency.
   * @throws Refusal 'subscription.not-found', 'agency.not-yours', 'subscription.cannot-suspend',
   *   'subscription.day'
   */
  async suspendOne(actor: Actor, id: string, change: ChangeService): Promise<SubscriptionView> {
    return this.change(actor, 'suspend', id, change, async (deed, line, on) => {
      transition(subscriptionLifecycle, line.state, 'suspend');
      unless(whyNotOn(line, on, dayOf(deed.now)));
      await writeSuspended(deed, [id], on, change.why);
    });
  }

  /**
   * Suspends lines from today on, whoever decided that. Those that do not work are passed over, so that it may be asked
   * again.
   * @returns the lines that worked until now
   */
  async suspend(deed: Deed, ids: readonly string[], why: string): Promise<string[]> {
    const today = dayOf(deed.now);
    const lines = (await holdLines(deed.tx, ids)).filter((line) => line.state === 'active');
    if (lines.length === 0) return [];
    const working = lines.map((line) => line.id);
    await writeSuspended(deed, working, today, why);
    for (const { id, number } of lines) await deed.record({ type: 'subscription', id }, { number, on: today }, why);
    return working;
  }

  /** Resumes a suspended line of the actor's agency. @throws Refusal as `suspendOne` does */
  async resume(actor: Actor, id: string, change: ChangeService): Promise<SubscriptionView> {
    return this.change(actor, 'resume', id, change, async (deed, line, on) => {
      transition(subscriptionLifecycle, line.state, 'resume');
      unless(whyNotOn(line, on, dayOf(deed.now)));
      await writeResumed(deed, id, on);
    });
  }

  /**
   * Ends a line: an officer of its agency at any time, its member when the term is over.
   * @throws Refusal 'subscription.within-term', and those of `suspendOne`
   */
  async end(actor: Actor, id: string, change: ChangeService): Promise<SubscriptionView> {
    return this.change(actor, 'end', id, change, async (deed, line, on) => {
      const today = dayOf(deed.now);
      transition(subscriptionLifecycle, line.state, 'end');
      unless(whyNotEnd(line, actor.organisationKind === 'agency' ? 'officer' : 'member', today));
      unless(whyNotOn(line, on, today));
      await writeEnded(deed, { id }, line.endsOn !== null && line.endsOn < on ? line.endsOn : on, change.why);
      await tellDropped(deed, { id });
    });
  }

  /** Cancels a line of the actor's agency that does not work yet. @throws Refusal as `suspendOne` does */
  async cancel(actor: Actor, id: string, why: string): Promise<SubscriptionView> {
    return this.change(actor, 'cancel', id, { why }, async (deed, line) => {
      const state = transition(subscriptionLifecycle, line.state, 'cancel');
      await deed.tx.query('update subscription set state = $2, why = $3 where id = $1', [id, state, why]);
      await tellDropped(deed, { id });
    });
  }

  /** The term of some lines of an agreement is over: all of them end, in one statement. */
  async passTermEnd(deed: Deed, termEndId: string): Promise<void> {
    const rows: { agreementId: string; endsOn: Day }[] = await deed.tx.query(
      `select agreement_id as "agreementId", ends_on::text as "endsOn" from term_end
       where id = $1 and state = 'awaited' for update`,
      [termEndId],
    );
    const [row] = rows;
    if (!row) return;
    const { agreementId, endsOn } = row;
    await planFor(deed.tx, await linesOf(deed, agreementId));
    const ended = await writeEnded(deed, { agreementId, termEndsOn: endsOn }, endsOn, null);
    // Such as one that was suspended on the day of its installation, and stayed so.
    await tellDropped(deed, { agreementId, endedOn: endsOn });
    const state = transition(termEndLifecycle, 'awaited', 'pass');
    await deed.tx.query('update term_end set state = $2 where id = $1', [termEndId, state]);
    await deed.record({ type: 'offer-round', id: agreementId }, { termOver: endsOn, ended });
  }

  private async change(
    actor: Actor,
    verb: 'suspend' | 'resume' | 'end' | 'cancel',
    id: string,
    { why, on }: ChangeService,
    work: (deed: Deed, line: HeldLine, on: Day) => Promise<void>,
  ): Promise<SubscriptionView> {
    return this.deeds.run(actor, `subscriptions.${verb}`, { id, why, on: on ?? null }, async (deed) => {
      await this.queries.one(deed.tx, actor, id);
      const [line] = await holdLines(deed.tx, [id]);
      if (!line) throw notFound('subscription');
      unless(whyNotForAgency(line.agencyId, actor));
      const day = on ?? dayOf(deed.now);
      await work(deed, line, day);
      const { number, agreementId } = line;
      await deed.record({ type: 'subscription', id }, { number, agreementId, on: day }, why);
      return this.queries.one(deed.tx, actor, id);
    });
  }
}

/** Announces that nothing came of offered lines, of those that are over and have not worked for a day. */
async function tellDropped(
  deed: Deed,
  which: { readonly id: string } | { readonly agreementId: string; readonly endedOn: Day },
): Promise<void> {
  const [condition, ...parameters] =
    'id' in which
      ? ['s.id = $1', which.id]
      : ['s.agreement_id = $1 and s.ended_on = $2', which.agreementId, which.endedOn];
  const rows: { agreementId: string; offerId: string }[] = await deed.tx.query(
    `select s.agreement_id as "agreementId", s.offer_id as "offerId" from subscription s
     where ${condition} and s.state in ('cancelled', 'ended') and s.offer_id is not null
       and not exists (select from service_period p where p.subscription_id = s.id and p.until_on > p.from_on)`,
    parameters,
  );
  for (const dropped of rows) await deed.announce(lineDropped, dropped);
}

/** About how many lines there are to be looked through. */
async function linesOf({ tx }: Deed, agreementId: string): Promise<number> {
  const rows: { lines: number }[] = await tx.query('select settled_lines as lines from offer_round where id = $1', [
    agreementId,
  ]);
  return rows[0]?.lines ?? 0;
}
