import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, May, WithoutVersion } from '../platform/http/request.js';
import { IdOf } from '../platform/http/ids.js';
import { PeoplePageView } from './identity.dto.js';
import { PeopleQueries } from './people.queries.js';
import { PeopleService } from './people.service.js';

@Controller('api/v1/people')
export class PeopleController {
  constructor(
    private readonly source: DataSource,
    private readonly people: PeopleService,
    private readonly reading: PeopleQueries,
  ) {}

  /** The people of one's own organisation by name, with their roles. */
  @May('people.read')
  @Get()
  async colleagues(@Acting() actor: Actor, @Query() query: PageQuery): Promise<PeoplePageView> {
    const { items, next } = await this.reading.page(this.source.manager, actor.organisationId ?? '', query);
    return { items: [...items], next };
  }

  /**
   * Takes a role from a person of one's own organisation, oneself included. Its sessions in the organisation end; with a
   * role that lets people in, so do the invitations that it made. The last one who can let people in stays (409).
   */
  @May('people.withdraw-role')
  @WithoutVersion()
  @HttpCode(204)
  @Delete(':id/roles/:role')
  async withdraw(@Acting() actor: Actor, @IdOf('person') personId: string, @Param('role') role: string): Promise<void> {
    await this.people.withdraw(actor, personId, role);
  }
}
