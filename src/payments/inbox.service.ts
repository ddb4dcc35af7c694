/** What Stripe tells us: believed only when it is signed, kept once by its id, and applied by what Stripe has then. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, systemActor } from '../kernel/actor.js';
import { notFound, refuse, type RefusalKind } from '../kernel/refusal.js';
import { Settings } from '../platform/config/settings.js';
import { Deeds } from '../platform/deeds/deeds.js';
import { isApplied, keepEvents } from './inbox-rows.js';
import { stripeToldUs } from './inbox.events.js';
import { type Notice, readNotice, readSignature, whyNotTime } from './rules/webhook.js';
import { StripeClient } from './stripe-client.js';
import { StripeObjects } from './stripe-objects.js';

/** Stripe's events are some kilobytes. */
export const EVENT_LIMIT_BYTES = 262_144;
/** So many refusals are kept of an hour: whoever sends rubbish must not fill the database with it. */
const REFUSALS_PER_HOUR = 500;

const WHY = {
  unsigned: 'It has no Stripe-Signature header that can be read.',
  'wrong-signature': 'Its signature is not that of PUMASI_STRIPE_WEBHOOK_SECRET.',
  'old-signature': 'It was signed more than five minutes ago.',
  'future-signature': 'It was signed more than five minutes ahead of us; check the clocks.',
  'too-large': `It is larger than ${EVENT_LIMIT_BYTES} bytes.`,
  unreadable: 'It is not an event of Stripe.',
  'wrong-mode': 'It is of the other mode than PUMASI_STRIPE_KEY: live or test.',
  'other-account': 'It happened at an account that is none of our providers.',
} as const;
export type WhyRefused = keyof typeof WHY;

@Injectable()
export class InboxService {
  private readonly secrets: readonly string[];

  constructor(
    private readonly source: DataSource,
    private readonly deeds: Deeds,
    private readonly objects: StripeObjects,
    private readonly client: StripeClient,
    settings: Settings,
  ) {
    this.secrets = settings.PUMASI_STRIPE_WEBHOOK_SECRET?.split(',') ?? [];
  }

  /**
   * Takes an event: keeps it, unless it is here, and has it applied.
   * @param body as it came, byte by byte
   * @throws Refusal 'stripe.off', 'stripe-event.<why>'; the latter are recorded
   */
  async receive(body: Buffer | 'too-large', header: string | undefined, address: string): Promise<void> {
    if (!this.client.on) throw notFound('inbox');
    const read = await this.read(body, header);
    if (typeof read === 'string') throw await this.refused(read, address);
    const actor = systemActor('payments.receive-event');
    await this.deeds.run(actor, 'payments.receive-event', null, (deed) =>
      keepEvents(deed, this.objects, [read], 'webhook'),
    );
  }

  /**
   * Has an event applied again, whatever became of it.
   * @throws Refusal 'stripe-event.not-found', 'stripe-event.of-nobody'
   */
  async replay(actor: Actor, id: string): Promise<{ id: string; state: string }> {
    return this.deeds.run(actor, 'stripe.replay', { id }, async (deed) => {
      const rows: Pick<Notice, 'objectKind' | 'objectId' | 'account'>[] = await deed.tx.query(
        `select object_kind as "objectKind", object_id as "objectId", account from stripe_event where id = $1 for update`,
        [id],
      );
      const [event] = rows;
      if (!event) throw notFound('stripe-event');
      if (!isApplied(this.objects, event)) {
        throw refuse(
          'stripe-event.of-nobody',
          `Nothing here depends on Stripe's ${event.objectKind}; it is only kept.`,
        );
      }
      await deed.tx.query(
        `update stripe_event set state = 'waiting', handled_at = null, attempts = 0, last_error = null where id = $1`,
        [id],
      );
      await deed.announce(stripeToldUs, { eventId: id });
      await deed.record({ type: 'stripe-event', id });
      return { id, state: 'waiting' };
    });
  }

  private async read(body: Buffer | 'too-large', header: string | undefined): Promise<Notice | WhyRefused> {
    if (body === 'too-large') return 'too-large';
    const signature = readSignature(header ?? '');
    if (signature === null) return 'unsigned';
    if (!this.isSigned(body, signature.at, signature.signatures)) return 'wrong-signature';
    const late = whyNotTime(signature.at, await this.secondsNow());
    if (late !== null) return late;
    const notice = readNotice(parsed(body));
    if (notice === null) return 'unreadable';
    if (notice.livemode !== this.client.live) return 'wrong-mode';
    return notice.account === null || (await this.isProviders(notice.account)) ? notice : 'other-account';
  }

  private isSigned(body: Buffer, at: number, signatures: readonly string[]): boolean {
    return this.secrets.some((secret) => {
      const right = createHmac('sha256', secret).update(`${at}.`).update(body).digest();
      return signatures.some((each) => timingSafeEqual(right, Buffer.from(each, 'hex')));
    });
  }

  /** Real time, as Stripe's: no signature becomes old because a demonstration lets a month pass. */
  private async secondsNow(): Promise<number> {
    const rows: { now: number }[] = await this.source.query(
      'select extract(epoch from clock_timestamp())::float8 as now',
    );
    return rows[0]?.now ?? Number.NaN;
  }

  private async isProviders(account: string): Promise<boolean> {
    const rows: unknown[] = await this.source.query('select from payout_account where stripe_id = $1', [account]);
    return rows.length > 0;
  }

  private async refused(why: WhyRefused, address: string): Promise<Error> {
    await this.source.query(
      `insert into stripe_refusal (reason, address) select $1, $2
       where (select count(*) from stripe_refusal where at > clock_timestamp() - interval '1 hour') < $3`,
      [why, address, REFUSALS_PER_HOUR],
    );
    const kind: RefusalKind = why === 'too-large' ? 'too-large' : 'malformed';
    return refuse(`stripe-event.${why}`, `This is not taken from Stripe. ${WHY[why]}`, { kind });
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
