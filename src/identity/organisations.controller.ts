import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { Refusal } from '../kernel/refusal.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, May, OpenToAll } from '../platform/http/request.js';
import {
  AddPerson,
  AdmitOrganisation,
  ColleagueView,
  JoinedView,
  OrganisationPageView,
  OrganisationsQuery,
  PeoplePageView,
  RegisterMember,
} from './identity.dto.js';
import { OrganisationsQueries } from './organisations.queries.js';
import { OrganisationsService } from './organisations.service.js';
import { PeopleQueries } from './people.queries.js';
import { PeopleService } from './people.service.js';
import { SignInService } from './sign-in.service.js';
import { Visiting } from './visiting.js';

@Controller('api/v1')
export class OrganisationsController {
  constructor(
    private readonly source: DataSource,
    private readonly organisations: OrganisationsService,
    private readonly queries: OrganisationsQueries,
    private readonly people: PeopleService,
    private readonly peopleQueries: PeopleQueries,
    private readonly signIns: SignInService,
  ) {}

  /**
   * Registers a business as a member, with its owner. An email address that has an account is refused (409): who owns
   * it must learn why, and who tries addresses out is slowed down like one who tries passwords.
   */
  @OpenToAll()
  @Post('organisations/register')
  async register(@Visiting() actor: Actor, @Body() body: RegisterMember): Promise<JoinedView> {
    return this.slowedDown(actor, body.person.email, () => this.organisations.register(actor, body));
  }

  /** Admits an association, a provider or another agency, with its first person. */
  @May('organisations.admit')
  @Post('organisations')
  async admit(@Acting() actor: Actor, @Body() body: AdmitOrganisation): Promise<JoinedView> {
    return this.organisations.admit(actor, body);
  }

  /** The organisations by name, of all kinds or of one. */
  @May('organisations.read')
  @Get('organisations')
  async list(@Query() query: OrganisationsQuery): Promise<OrganisationPageView> {
    const { items, next } = await this.queries.page(this.source.manager, query);
    return { items: [...items], next };
  }

  /** Adds a person to one's own organisation. Who tries out which addresses have accounts is slowed down here too. */
  @May('people.add')
  @Post('people')
  async addPerson(@Acting() actor: Actor, @Body() body: AddPerson): Promise<ColleagueView> {
    if (body.name === undefined) await this.signIns.attempt(body.email, actor.address ?? '');
    return this.slowedDown(actor, body.email, () => this.people.add(actor, body));
  }

  /** The people of one's own organisation by name, with their roles. */
  @May('people.read')
  @Get('people')
  async colleagues(@Acting() actor: Actor, @Query() query: PageQuery): Promise<PeoplePageView> {
    const { items, next } = await this.peopleQueries.page(this.source.manager, actor.organisationId ?? '', query);
    return { items: [...items], next };
  }

  private async slowedDown<T>(actor: Actor, email: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal && error.code === 'person.email-taken') {
        await this.signIns.attempt(email, actor.address ?? '');
      }
      throw error;
    }
  }
}
