/** Where lines that joined later are installed, told or corrected after they joined: the provider hears of it. */
import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { notFound, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { Mail } from '../platform/mail/mail.js';
import { ADDRESS, SITE_OF_LINE } from './place-sql.js';
import { type AddressedLine, whyNotTellAddress } from './rules/late-address.js';
import type { SubscriptionView } from './subscriptions.dto.js';
import { SubscriptionsQueries } from './subscriptions.queries.js';

interface Addressed extends AddressedLine {
  readonly number: string;
  readonly providerId: string;
  /** the line's own; null: it has none, whatever its site has */
  readonly own: string | null;
  readonly known: string | null;
}

@Injectable()
export class AddressesService {
  constructor(
    private readonly deeds: Deeds,
    private readonly queries: SubscriptionsQueries,
    private readonly mail: Mail,
  ) {}

  /**
   * Tells where a line is to be installed, or that it is somewhere else. Told again, it does nothing.
   * @throws Refusal 'subscription.not-found', 'subscription.address-of-site', 'subscription.address-used',
   *   'subscription.address-of-member'
   */
  async tell(actor: Actor, id: string, address: string): Promise<SubscriptionView> {
    return this.deeds.run(actor, 'subscriptions.tell-address', { id, address }, async (deed) => {
      await this.queries.one(deed.tx, actor, id);
      const by = actor.organisationId ?? '';
      const line = await held(deed, id);
      unless(whyNotTellAddress(line, by));
      // A member that tells what its association has told stands by it: from then on, that is its own.
      if (line.own !== address || (by === line.memberId && line.toldBy !== by)) {
        await deed.tx.query('update subscription set address = $2, address_by = $3 where id = $1', [id, address, by]);
        if (line.own !== address) await this.write(deed, line, address, id);
        // Where somebody lives or works is in the line's row, and in no audit entry.
        await deed.record({ type: 'subscription', id }, { number: line.number, address: 'told' });
      }
      return this.queries.one(deed.tx, actor, id);
    });
  }

  private async write(
    { tx }: Deed,
    { number, providerId, known }: Addressed,
    address: string,
    id: string,
  ): Promise<void> {
    const mailboxes: { email: string }[] = await tx.query(
      'select email from organisation_mailbox where organisation_id = $1 order by email',
      [providerId],
    );
    const before = known === null || known === address ? '' : `\n\nUntil now it was:\n${known}`;
    await this.mail.send(
      tx,
      mailboxes.map(({ email }) => ({
        to: email,
        subject: `Where to install ${number}`,
        text: `The line ${number} is to be installed at:\n${address}${before}\n`,
        about: `subscription ${id}`,
      })),
    );
  }
}

async function held({ tx }: Deed, id: string): Promise<Addressed> {
  await tx.query('select 1 from subscription where id = $1 for update', [id]);
  const rows: Addressed[] = await tx.query(
    `select o.number, o.state, o.joined_band is not null as "joinedLater", o.member_id as "memberId",
       r.provider_id as "providerId", o.address as own, ${ADDRESS} as known,
       case when o.address is not null then coalesce(o.address_by, o.association_id, o.member_id) end as "toldBy",
       o.address is null and p.address is not null as "knownOfSite"
     from subscription o join offer_round r on r.id = o.agreement_id ${SITE_OF_LINE} where o.id = $1`,
    [id],
  );
  if (!rows[0]) throw notFound('subscription');
  return rows[0];
}
