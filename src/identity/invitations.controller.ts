import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, May, OpenToAll, WithoutVersion } from '../platform/http/request.js';
import { IdOf } from '../platform/http/ids.js';
import { AcceptInvitation, InvitationPageView, InvitationView, InvitePerson, JoinedView } from './identity.dto.js';
import { InvitationsQueries } from './invitations.queries.js';
import { InvitationsService } from './invitations.service.js';
import { JoiningService } from './joining.service.js';
import { Visiting } from './visiting.js';

@Controller('api/v1/invitations')
export class InvitationsController {
  constructor(
    private readonly source: DataSource,
    private readonly invitations: InvitationsService,
    private readonly reading: InvitationsQueries,
    private readonly joining: JoiningService,
  ) {}

  /**
   * Invites a person into one's own organisation. Hand over the token: whoever holds it joins with it within 14 days
   * (POST /api/v1/invitations/accept), with an account and a password of its own. Another invitation of the same address
   * ends the earlier one. So does a person of the organisation get further roles.
   */
  @May('people.invite')
  @Post()
  async invite(@Acting() actor: Actor, @Body() body: InvitePerson): Promise<InvitationView> {
    return this.invitations.inviteColleague(actor, body);
  }

  /** The invitations into one's own organisation that can still be accepted, by address; without their tokens. */
  @May('people.read-invitations')
  @Get()
  async list(@Acting() actor: Actor, @Query() query: PageQuery): Promise<InvitationPageView> {
    const { items, next } = await this.reading.page(this.source.manager, actor.organisationId ?? '', query);
    return { items: [...items], next };
  }

  /** Takes an invitation back: its token lets nobody in any more. */
  @May('people.end-invitation')
  @WithoutVersion()
  @HttpCode(204)
  @Delete(':id')
  async end(@Acting() actor: Actor, @IdOf('invitation') id: string): Promise<void> {
    await this.invitations.end(actor, id);
  }

  /**
   * Accepts an invitation: you join the organisation with the roles you were invited for, and the token is used up.
   * Signed in, you join with your account; else give an email address and a password, of your account or for a fresh one.
   * Who tries tokens or passwords out is slowed down like one who tries to sign in.
   */
  @OpenToAll()
  @Post('accept')
  async accept(@Visiting() actor: Actor, @Body() body: AcceptInvitation): Promise<JoinedView> {
    return this.joining.accept(actor, body);
  }
}
