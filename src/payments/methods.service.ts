/** Members' payment methods: set up in the browser at Stripe, so that they can be charged later without the member. */
import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { notFound, refuse } from '../kernel/refusal.js';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import type { MethodSetupView, PaymentMethodView } from './methods.dto.js';
import { MethodsQueries } from './methods.queries.js';
import { isMissingAtStripe } from './stripe-errors.js';
import { StripeMethods } from './stripe-methods.js';
import { StripeObjects } from './stripe-objects.js';
import { StripeTurns } from './stripe-turns.js';
import type { MethodState, SetupState } from './stripe-states.js';

interface SetupRow {
  readonly id: string;
  readonly memberId: string;
  readonly state: 'open' | 'succeeded' | 'canceled';
}

@Injectable()
export class MethodsService implements OnModuleInit {
  constructor(
    private readonly deeds: Deeds,
    private readonly stripe: StripeMethods,
    private readonly objects: StripeObjects,
    private readonly turns: StripeTurns,
    private readonly organisations: OrganisationsQueries,
    private readonly queries: MethodsQueries,
  ) {}

  onModuleInit(): void {
    this.objects.register('setup_intent', (deed, id) => this.applySetup(deed, id));
    this.objects.register('payment_method', (deed, id) => this.applyMethod(deed, id));
  }

  /**
   * Begins to set up a method, or goes on with what was begun. No money moves. The secret is asked of Stripe after the deed,
   * so that it is kept nowhere.
   * @throws Refusal 'stripe.off', 'system.busy', 'stripe.unavailable', 'stripe.refused'
   */
  async setup(actor: Actor): Promise<MethodSetupView> {
    return this.turns.take(async () => {
      const { setupIntent } = await this.deeds.run(actor, 'payment-methods.add', { setup: true }, async (deed) => ({
        setupIntent: await this.openSetup(deed, ownMember(actor)),
      }));
      return { setupIntent, clientSecret: await this.stripe.setupSecret(setupIntent) };
    });
  }

  /**
   * Takes the method that was confirmed in the browser, without waiting for Stripe to tell us.
   * @throws Refusal 'payment-method-setup.not-found', 'payment-method.not-confirmed', 'stripe.unavailable'
   */
  async confirm(actor: Actor, setupIntent: string): Promise<PaymentMethodView> {
    return this.turns.take(() =>
      this.deeds.run(actor, 'payment-methods.add', { setupIntent }, (deed) =>
        this.confirmed(deed, ownMember(actor), setupIntent),
      ),
    );
  }

  /**
   * Removes a method of the member, here and at Stripe. What its invoices and deposits come to from then on is asked for by
   * bank, until another one is set up.
   * @throws Refusal 'payment-method.not-found', 'payment-method.in-use', 'stripe.off', 'stripe.unavailable', 'system.busy'
   */
  async remove(actor: Actor, id: string): Promise<PaymentMethodView> {
    return this.turns.take(() =>
      this.deeds.run(actor, 'payment-methods.remove', { id }, async (deed) => {
        const memberId = ownMember(actor);
        const rows: { stripeId: string; state: string }[] = await deed.tx.query(
          `select stripe_id as "stripeId", state from payment_method where id = $1 and member_id = $2 for update`,
          [id, memberId],
        );
        const [row] = rows;
        if (!row) throw notFound('payment-method');
        if (row.state === 'active' && (await isBeingCharged(deed, memberId))) {
          throw refuse(
            'payment-method.in-use',
            'Money is being collected by it. Set another method up in its place, or remove it once that is paid.',
          );
        }
        if (row.state !== 'ended') {
          if ((await this.present(row.stripeId)) !== null) await this.stripe.detach(row.stripeId);
          await this.end(deed, memberId, row.stripeId);
        }
        return (await this.queries.one(deed.tx, memberId, id)) as PaymentMethodView;
      }),
    );
  }

  private async confirmed(deed: Deed, memberId: string, setupIntent: string): Promise<PaymentMethodView> {
    const { tx } = deed;
    const rows: { id: string }[] = await tx.query(
      'select id from method_setup where stripe_id = $1 and member_id = $2',
      [setupIntent, memberId],
    );
    const [setup] = rows;
    if (!setup) throw notFound('payment-method-setup');
    await this.objects.apply(deed, 'setup_intent', setupIntent);
    const method = await this.queries.ofSetup(tx, setup.id);
    if (method) return method;
    const { status, failure } = await this.stripe.retrieveSetupIntent(setupIntent);
    const why = failure === null ? status : `${status}: ${failure.declineCode ?? failure.code}`;
    throw refuse(
      'payment-method.not-confirmed',
      `Stripe has no confirmed method of it (${why}). Confirm it in the browser, or begin anew with another method.`,
      { status, failure },
    );
  }

  private async openSetup(deed: Deed, memberId: string): Promise<string> {
    const { tx } = deed;
    await this.organisations.hold(tx, memberId);
    const begun: { stripeId: string }[] = await tx.query(
      `select stripe_id as "stripeId" from method_setup where member_id = $1 and state = 'open'`,
      [memberId],
    );
    const [open] = begun;
    if (open) {
      await this.applySetup(deed, open.stripeId);
      const still: unknown[] = await tx.query(`select from method_setup where stripe_id = $1 and state = 'open'`, [
        open.stripeId,
      ]);
      if (still.length > 0) return open.stripeId;
    }
    const customer = await this.customerOf(deed, memberId);
    const setupId = randomUUID();
    const { id } = await this.stripe.createSetupIntent({ setupId, memberId, customer });
    await tx.query(`insert into method_setup (id, member_id, stripe_id, state) values ($1, $2, $3, 'open')`, [
      setupId,
      memberId,
      id,
    ]);
    await deed.record({ type: 'organisation', id: memberId }, { paymentMethodSetup: id });
    return id;
  }

  private async customerOf({ tx }: Deed, memberId: string): Promise<string> {
    const rows: { id: string }[] = await tx.query('select stripe_id as id from stripe_customer where member_id = $1', [
      memberId,
    ]);
    if (rows[0]) return rows[0].id;
    const member = await this.organisations.one(tx, memberId);
    // Stripe tells of direct debits itself, with what its mandate promises, to whoever it can write to.
    const mailboxes: { email: string }[] = await tx.query(
      'select email from organisation_mailbox where organisation_id = $1 order by email limit 1',
      [memberId],
    );
    const { id } = await this.stripe.createCustomer({ memberId, name: member?.name ?? '', ...mailboxes[0] });
    await tx.query('insert into stripe_customer (member_id, stripe_id) values ($1, $2)', [memberId, id]);
    return id;
  }

  /** A SetupIntent came to something: its method takes the place of the one before. */
  private async applySetup(deed: Deed, stripeId: string): Promise<void> {
    const rows: SetupRow[] = await deed.tx.query(
      `select id, member_id as "memberId", state from method_setup where stripe_id = $1 for update`,
      [stripeId],
    );
    const [setup] = rows;
    // One that is over stays so, at Stripe as well.
    if (setup?.state !== 'open') return;
    const { status, method } = await this.stripe.retrieveSetupIntent(stripeId);
    if (status === 'canceled') await this.close(deed, setup, 'canceled');
    else if (status === 'succeeded') await this.take(deed, setup, method);
  }

  private async take(deed: Deed, setup: SetupRow, method: SetupState['method']): Promise<void> {
    const { tx } = deed;
    await this.close(deed, setup, 'succeeded');
    if (!method?.kind) return;
    await tx.query(
      `update payment_method set state = 'replaced', ended_at = app_now() where member_id = $1 and state = 'active'`,
      [setup.memberId],
    );
    // It may have been detached before we heard that it was set up.
    const state = method.customer === null ? 'ended' : 'active';
    await tx.query(
      `insert into payment_method (id, member_id, stripe_id, setup_id, kind, brand, last_four, state, ended_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, case $8 when 'ended' then app_now() end)`,
      [randomUUID(), setup.memberId, method.id, setup.id, method.kind, method.brand, method.lastFour, state],
    );
    await deed.record(
      { type: 'organisation', id: setup.memberId },
      { paymentMethod: method.id, kind: method.kind, brand: method.brand, lastFour: method.lastFour },
    );
  }

  private async close({ tx }: Deed, setup: SetupRow, state: 'succeeded' | 'canceled'): Promise<void> {
    await tx.query('update method_setup set state = $2 where id = $1', [setup.id, state]);
  }

  /** A method has changed at Stripe: a renewed card has other digits, one that was detached cannot be charged. */
  private async applyMethod(deed: Deed, stripeId: string): Promise<void> {
    const rows: { memberId: string; state: string }[] = await deed.tx.query(
      `select member_id as "memberId", state from payment_method where stripe_id = $1 for update`,
      [stripeId],
    );
    const [row] = rows;
    if (!row || row.state === 'ended') return;
    const method = await this.present(stripeId);
    if (!method?.customer) {
      await this.end(deed, row.memberId, stripeId);
      return;
    }
    await deed.tx.query('update payment_method set brand = $2, last_four = $3 where stripe_id = $1', [
      stripeId,
      method.brand,
      method.lastFour,
    ]);
  }

  private async end(deed: Deed, memberId: string, stripeId: string): Promise<void> {
    await deed.tx.query(`update payment_method set state = 'ended', ended_at = app_now() where stripe_id = $1`, [
      stripeId,
    ]);
    await deed.record({ type: 'organisation', id: memberId }, { paymentMethod: stripeId, state: 'ended' });
  }

  private async present(stripeId: string): Promise<MethodState | null> {
    try {
      return await this.stripe.retrievePaymentMethod(stripeId);
    } catch (error) {
      if (isMissingAtStripe(error)) return null;
      throw error;
    }
  }
}

/** Is an invoice or a deposit of the member charged now, or to be charged again? */
async function isBeingCharged({ tx }: Deed, memberId: string): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `select from collection where member_id = $1 and way = 'stripe' and state in ('collecting', 'processing', 'failed')
     union all
     select from deposit where member_id = $1 and way = 'stripe' and state in ('charging', 'processing')
     limit 1`,
    [memberId],
  );
  return rows.length > 0;
}

function ownMember({ organisationId, organisationKind }: Actor): string {
  if (organisationId === null || organisationKind !== 'member') throw new Error('only members have payment methods');
  return organisationId;
}
