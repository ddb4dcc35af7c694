import { Global, Module } from '@nestjs/common';
import { JobsService } from './jobs.service.js';
import { Performer } from './performer.js';
import { Purge } from './purge.js';
import { Reconciler } from './reconciler.js';

@Global()
@Module({ providers: [JobsService, Performer, Reconciler, Purge], exports: [JobsService] })
export class JobsModule {}
