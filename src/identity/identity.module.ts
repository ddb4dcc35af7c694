import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { ActorGuard } from './actor.guard.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [DiscoveryModule],
  providers: [SessionsService, { provide: APP_GUARD, useClass: ActorGuard }],
  exports: [SessionsService],
})
export class IdentityModule {}
