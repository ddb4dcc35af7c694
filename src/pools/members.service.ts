/** An association gives a member that it brought its first person. */
import { Injectable } from '@nestjs/common';
import { type Invitation, InvitationsService } from '../identity/invitations.service.js';
import type { Actor } from '../kernel/actor.js';
import { notFound } from '../kernel/refusal.js';
import { Deeds } from '../platform/deeds/deeds.js';
import type { InviteMember } from './members.dto.js';
import { MembersQueries } from './members.queries.js';

@Injectable()
export class MembersService {
  constructor(
    private readonly deeds: Deeds,
    private readonly members: MembersQueries,
    private readonly invitations: InvitationsService,
  ) {}

  /**
   * Invites the first person of one of the association's members. Asked again, it makes another invitation, and the
   * earlier one ends: the answer is kept with no key, for its token must be kept nowhere.
   * @throws Refusal 'member.not-found', 'member.has-people'
   */
  invite(actor: Actor, memberId: string, input: InviteMember): Promise<Invitation> {
    const keyless = { ...actor, idempotencyKey: null };
    return this.deeds.run(keyless, 'members.invite', null, async (deed) => {
      const associationId = actor.organisationId ?? '';
      if (!(await this.members.isOf(deed.tx, associationId, memberId))) throw notFound('member');
      return this.invitations.invite(deed, memberId, input);
    });
  }
}
