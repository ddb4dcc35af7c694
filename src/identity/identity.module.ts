import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { ActorGuard } from './actor.guard.js';
import { AttemptsService } from './attempts.service.js';
import { FirstAdminService } from './first-admin.service.js';
import { InvitationsController } from './invitations.controller.js';
import { InvitationsQueries } from './invitations.queries.js';
import { InvitationsService } from './invitations.service.js';
import { JoiningService } from './joining.service.js';
import { LostPasswordsController } from './lost-passwords.controller.js';
import { LostPasswordsService } from './lost-passwords.service.js';
import { OrganisationsController } from './organisations.controller.js';
import { OrganisationsQueries } from './organisations.queries.js';
import { OrganisationsService } from './organisations.service.js';
import { PasswordsService } from './passwords.service.js';
import { PeopleController } from './people.controller.js';
import { PeopleQueries } from './people.queries.js';
import { PeopleService } from './people.service.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';
import { SignInService } from './sign-in.service.js';

@Module({
  imports: [DiscoveryModule],
  controllers: [
    SessionsController,
    OrganisationsController,
    PeopleController,
    InvitationsController,
    LostPasswordsController,
  ],
  providers: [
    AttemptsService,
    SessionsService,
    SignInService,
    PasswordsService,
    LostPasswordsService,
    OrganisationsService,
    OrganisationsQueries,
    PeopleService,
    PeopleQueries,
    InvitationsService,
    InvitationsQueries,
    JoiningService,
    FirstAdminService,
    { provide: APP_GUARD, useClass: ActorGuard },
  ],
  exports: [
    SessionsService,
    OrganisationsService,
    OrganisationsQueries,
    PeopleQueries,
    InvitationsService,
    InvitationsQueries,
    FirstAdminService,
  ],
})
export class IdentityModule {}
