import { Global, Module } from '@nestjs/common';
import { JobsService } from './jobs.service.js';
import { Performer } from './performer.js';

@Global()
@Module({ providers: [JobsService, Performer], exports: [JobsService] })
export class JobsModule {}
