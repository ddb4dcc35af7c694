import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { Refusal } from '../kernel/refusal.js';
import { Acting, May, OpenToAll } from '../platform/http/request.js';
import { AttemptsService } from './attempts.service.js';
import { IdOf } from '../platform/http/ids.js';
import {
  AdmitOrganisation,
  AdmittedView,
  InvitationView,
  InvitePerson,
  JoinedView,
  OrganisationPageView,
  OrganisationsQuery,
  RegisterMember,
} from './identity.dto.js';
import { InvitationsService } from './invitations.service.js';
import { OrganisationsQueries } from './organisations.queries.js';
import { OrganisationsService } from './organisations.service.js';
import { Visiting } from './visiting.js';

@Controller('api/v1')
export class OrganisationsController {
  constructor(
    private readonly source: DataSource,
    private readonly organisations: OrganisationsService,
    private readonly queries: OrganisationsQueries,
    private readonly invitations: InvitationsService,
    private readonly attempts: AttemptsService,
  ) {}

  /**
   * Registers a business as a member, with its owner. An email address that has an account is refused (409): who owns
   * it must learn why, and who tries addresses out is slowed down like one who tries passwords. From one network address
   * only so many register in a while (429).
   */
  @OpenToAll()
  @Post('organisations/register')
  async register(@Visiting() actor: Actor, @Body() body: RegisterMember): Promise<JoinedView> {
    try {
      return await this.organisations.register(actor, body);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'person.email-taken') {
        await this.attempts.failed(body.person.email, actor.address ?? '');
      }
      throw error;
    }
  }

  /**
   * Admits an association, a provider or another agency, and invites its first person: hand over the token, with which
   * the person joins (POST /api/v1/invitations/accept) within 14 days.
   */
  @May('organisations.admit')
  @Post('organisations')
  async admit(@Acting() actor: Actor, @Body() body: AdmitOrganisation): Promise<AdmittedView> {
    return this.organisations.admit(actor, body);
  }

  /**
   * Invites the first person of an association, a provider or an agency for which nobody can sign in yet, because the
   * earlier invitation was lost or has expired; it ends.
   */
  @May('organisations.invite')
  @Post('organisations/:id/invitations')
  async invite(
    @Acting() actor: Actor,
    @IdOf('organisation') organisationId: string,
    @Body() body: InvitePerson,
  ): Promise<InvitationView> {
    return this.invitations.inviteAdmitted(actor, organisationId, body);
  }

  /** The organisations by name, of all kinds or of one. */
  @May('organisations.read')
  @Get('organisations')
  async list(@Query() query: OrganisationsQuery): Promise<OrganisationPageView> {
    const { items, next } = await this.queries.page(this.source.manager, query);
    return { items: [...items], next };
  }
}
