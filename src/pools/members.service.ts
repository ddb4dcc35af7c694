/** An association gives a member that it brought its first person. */
import { Injectable } from '@nestjs/common';
import { InvitationsService } from '../identity/invitations.service.js';
import type { Actor } from '../kernel/actor.js';
import { notFound } from '../kernel/refusal.js';
import { Deeds } from '../platform/deeds/deeds.js';
import type { InviteMember, MemberInvitationView } from './members.dto.js';
import { MembersQueries } from './members.queries.js';

@Injectable()
export class MembersService {
  constructor(
    private readonly deeds: Deeds,
    private readonly members: MembersQueries,
    private readonly invitations: InvitationsService,
  ) {}

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
