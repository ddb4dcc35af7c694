import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { Acting, May } from '../platform/http/request.js';
import { IdOf } from '../platform/http/ids.js';
import { AssociationMemberPage, InviteMember, MemberInvitationView, MembersQuery } from './members.dto.js';
import { MembersQueries } from './members.queries.js';
import { MembersService } from './members.service.js';

@Controller('api/v1/members')
export class MembersController {
  constructor(
    private readonly members: MembersService,
    private readonly reading: MembersQueries,
  ) {}

  /** The members that your association brought, by their business_ref. */
  @May('members.read')
  @Get()
  list(@Acting() actor: Actor, @Query() query: MembersQuery): Promise<AssociationMemberPage> {
    return this.reading.list(actor.organisationId ?? '', query);
  }

  /**
   * Invites the first person of a member that your association brought and for whom nobody can sign in yet. Hand over
   * the token; the person joins with it and a password of its own (POST /api/v1/invitations/accept) within 14 days.
   * Another invitation of the same member ends the earlier one.
   */
  @May('members.invite')
  @Post(':memberId/invitations')
  invite(
    @Acting() actor: Actor,
    @IdOf('member', 'memberId') memberId: string,
    @Body() body: InviteMember,
  ): Promise<MemberInvitationView> {
    return this.members.invite(actor, memberId, body);
  }
}
