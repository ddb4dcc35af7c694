/** Providers offer add-ons under their agreements; members order and end them for lines that work. */
import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { dayOf } from '../kernel/calendar.js';
import { transition } from '../kernel/lifecycle.js';
import type { Minor } from '../kernel/money.js';
import { notFound, refuse, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import type { AddOnOrderView, AddOnView, OfferAddOn, OrderAddOn } from './add-ons.dto.js';
import { AddOnsQueries } from './add-ons.queries.js';
import { holdLines } from './line-rows.js';
import { RoundsQueries } from './rounds.queries.js';
import { type EarlierOrder, MOST_ADD_ONS, orderFrom, orderUntil, whyNotOrder, whyTooMuch } from './rules/add-on.js';
import { addOnLifecycle, type AddOnState } from './rules/subscription-lifecycle.js';
import { SubscriptionsQueries } from './subscriptions.queries.js';

interface HeldAddOn {
  readonly id: string;
  readonly agreementId: string;
  readonly state: AddOnState;
  readonly monthly: Minor;
}

@Injectable()
export class AddOnsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly queries: AddOnsQueries,
    private readonly rounds: RoundsQueries,
    private readonly subscriptions: SubscriptionsQueries,
  ) {}

  /**
   * Offers an add-on under an agreement of the actor's that has settled.
   * @throws Refusal 'round.not-found', 'add-on.not-settled', 'add-on.code-taken', 'add-on.too-many'
   */
  async offer(actor: Actor, agreementId: string, offered: OfferAddOn): Promise<AddOnView> {
    const { code, name, monthly } = offered;
    return this.deeds.run(actor, 'add-ons.offer', { agreementId, code, name, monthly }, async (deed) => {
      const { state } = await this.rounds.head(deed.tx, actor, agreementId);
      if (state !== 'settled') {
        throw refuse('add-on.not-settled', 'Add-ons are offered when the lines of the agreement have settled.');
      }
      await deed.tx.query('select 1 from offer_round where id = $1 for no key update', [agreementId]);
      const present: { code: string }[] = await deed.tx.query(
        `select code from add_on where agreement_id = $1 and state = 'offered'`,
        [agreementId],
      );
      if (present.some((other) => other.code === code)) {
        throw refuse('add-on.code-taken', `An add-on ${code} is offered already: withdraw it, or choose another code.`);
      }
      if (present.length >= MOST_ADD_ONS) {
        throw refuse('add-on.too-many', `At most ${MOST_ADD_ONS} add-ons are offered at a time: withdraw one first.`);
      }
      const rows: { id: string }[] = await deed.tx.query(
        `insert into add_on (agreement_id, code, name, monthly_minor, state, offered_at)
         values ($1, $2, $3, $4, 'offered', $5) returning id`,
        [agreementId, code, name, monthly, deed.now],
      );
      const id = rows[0]?.id ?? '';
      await deed.record({ type: 'add-on', id }, { agreementId, code, name, monthly });
      return this.queries.one(deed.tx, agreementId, id);
    });
  }

  /**
   * Withdraws an add-on: nobody can order it any more, and what was ordered stays.
   * @throws Refusal 'round.not-found', 'add-on.not-found', 'add-on.cannot-withdraw'
   */
  async withdraw(actor: Actor, agreementId: string, id: string): Promise<AddOnView> {
    return this.deeds.run(actor, 'add-ons.withdraw', { agreementId, id }, async (deed) => {
      await this.rounds.head(deed.tx, actor, agreementId);
      const addOn = await hold(deed, id);
      if (addOn?.agreementId !== agreementId) throw notFound('add-on');
      const state = transition(addOnLifecycle, addOn.state, 'withdraw');
      await deed.tx.query('update add_on set state = $2, withdrawn_at = $3 where id = $1', [id, state, deed.now]);
      await deed.record({ type: 'add-on', id }, { agreementId });
      return this.queries.one(deed.tx, agreementId, id);
    });
  }

  /**
   * Orders an add-on for a line of the actor's own, from today on, at its present price.
   * @throws Refusal 'subscription.not-found', 'add-on.not-offered', 'add-on.no-service', 'add-on.ordered-already',
   *   'add-on.too-much'
   */
  async order(actor: Actor, id: string, { addOnId, quantity: wanted }: OrderAddOn): Promise<AddOnOrderView> {
    const quantity = wanted ?? 1;
    return this.deeds.run(actor, 'add-ons.order', { id, addOnId, quantity }, async (deed) => {
      await this.subscriptions.one(deed.tx, actor, id);
      const [line] = await holdLines(deed.tx, [id]);
      if (!line) throw notFound('subscription');
      const addOn = await hold(deed, addOnId);
      const earlier = await earlierOrders(deed, id, addOnId);
      unless(whyNotOrder(line, addOn ?? { state: 'withdrawn', agreementId: '' }, earlier));
      unless(addOn ? whyTooMuch(quantity, addOn.monthly) : null);
      const fromOn = orderFrom(dayOf(deed.now), earlier);
      const rows: { id: string }[] = await deed.tx.query(
        `insert into add_on_order (subscription_id, add_on_id, quantity, monthly_minor, from_on)
         select $1, id, $3, monthly_minor, $4 from add_on where id = $2 returning id`,
        [id, addOnId, quantity, fromOn],
      );
      const order = await this.queries.order(deed.tx, id, rows[0]?.id ?? '');
      const { code, monthly } = order;
      await deed.record({ type: 'subscription', id }, { order: order.id, addOnId, code, quantity, monthly, fromOn });
      return order;
    });
  }

  /**
   * Ends an order with the end of today. Asked again, it changes nothing.
   * @throws Refusal 'subscription.not-found', 'add-on-order.not-found'
   */
  async endOrder(actor: Actor, id: string, orderId: string): Promise<AddOnOrderView> {
    return this.deeds.run(actor, 'add-ons.end-order', { id, orderId }, async (deed) => {
      await this.subscriptions.one(deed.tx, actor, id);
      await holdLines(deed.tx, [id]);
      const { fromOn, untilOn: ended } = await this.queries.order(deed.tx, id, orderId);
      if (ended === null) {
        const untilOn = orderUntil(dayOf(deed.now), fromOn);
        await deed.tx.query('update add_on_order set until_on = $2 where id = $1', [orderId, untilOn]);
        await deed.record({ type: 'subscription', id }, { order: orderId, untilOn });
      }
      return this.queries.order(deed.tx, id, orderId);
    });
  }
}

async function hold({ tx }: Deed, id: string): Promise<HeldAddOn | undefined> {
  const rows: HeldAddOn[] = await tx.query(
    'select id, agreement_id as "agreementId", state, monthly_minor as monthly from add_on where id = $1 for no key update',
    [id],
  );
  return rows[0];
}

async function earlierOrders({ tx }: Deed, subscriptionId: string, addOnId: string): Promise<EarlierOrder[]> {
  return tx.query(
    `select until_on::text as "untilOn" from add_on_order where subscription_id = $1 and add_on_id = $2`,
    [subscriptionId, addOnId],
  );
}
