/** The members that an association brings: it names them, and gives each its first person. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InvitationsService } from '../identity/invitations.service.js';
import { OrganisationsService } from '../identity/organisations.service.js';
import type { Actor } from '../kernel/actor.js';
import { notFound } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import type { InviteMember, MemberInvitationView } from './members.dto.js';
import { MembersQueries } from './members.queries.js';

/** A business as an association's spreadsheet names it. */
export interface NamedBusiness {
  /** unique within the association, and its word for the business's site, too */
  readonly reference: string;
  readonly name: string;
  readonly region: string;
}

/** Rows written by one statement. */
const ENROL_BATCH = 10_000;

@Injectable()
export class MembersService {
  constructor(
    private readonly deeds: Deeds,
    private readonly members: MembersQueries,
    private readonly invitations: InvitationsService,
    private readonly organisations: OrganisationsService,
  ) {}

  /**
   * The members that an association names so, by reference. A business that it names for the first time becomes a
   * member, with its site, as in an import; of one that is known nothing changes.
   */
  async named(
    deed: Deed,
    associationId: string,
    businesses: readonly NamedBusiness[],
  ): Promise<ReadonlyMap<string, string>> {
    // Two files of one association are written one after the other, or both would make the same members.
    await deed.tx.query(`select pg_advisory_xact_lock(hashtextextended('pools.import:' || $1, 0))`, [associationId]);
    const known: { reference: string; member_id: string }[] = await deed.tx.query(
      'select reference, member_id from association_member where association_id = $1 and reference = any($2)',
      [associationId, businesses.map((business) => business.reference)],
    );
    const ids = new Map(known.map((row) => [row.reference, row.member_id]));
    const fresh: (NamedBusiness & { id: string })[] = [];
    for (const business of businesses) {
      if (ids.has(business.reference)) continue;
      const id = randomUUID();
      ids.set(business.reference, id);
      fresh.push({ ...business, id });
    }
    for (let from = 0; from < fresh.length; from += ENROL_BATCH) {
      await this.enrol(deed, associationId, fresh.slice(from, from + ENROL_BATCH));
    }
    return ids;
  }

  private async enrol(
    deed: Deed,
    associationId: string,
    members: readonly (NamedBusiness & { readonly id: string })[],
  ): Promise<void> {
    await this.organisations.enrolMembers(
      deed,
      members.map(({ id, name }) => ({ id, name, registrationNumber: null })),
    );
    const columns = [
      members.map((member) => member.id),
      members.map((member) => member.reference),
      members.map((member) => member.name),
      members.map((member) => member.region),
    ];
    await deed.tx.query(
      `insert into association_member (association_id, reference, member_id)
       select $1, reference, id from unnest($2::uuid[], $3::text[]) as m (id, reference)`,
      [associationId, ...columns.slice(0, 2)],
    );
    await deed.tx.query(
      `insert into site (id, member_id, reference, name, region_code)
       select gen_random_uuid(), id, reference, name, region
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as m (id, reference, name, region)`,
      columns,
    );
  }

  /**
   * Invites the first person of one of the association's members, who owns its account. An earlier invitation ends.
   * @throws Refusal 'member.not-found', 'organisation.has-people'
   */
  async invite(actor: Actor, memberId: string, { email, name }: InviteMember): Promise<MemberInvitationView> {
    const input = { memberId, email, name };
    const invited = await this.deeds.run(actor, 'members.invite', input, async (deed) => {
      const associationId = actor.organisationId ?? '';
      if (!(await this.members.isOf(deed.tx, associationId, memberId))) throw notFound('member');
      return this.invitations.inviteFirst(deed, memberId, { email, name, roles: ['owner'] });
    });
    const { token, expiresAt } = this.invitations.withToken(invited);
    return { email, name, token, expiresAt };
  }
}
