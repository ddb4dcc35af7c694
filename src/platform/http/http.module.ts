import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { AuditController } from './audit.controller.js';
import { ClockController } from './clock.controller.js';
import { EtagInterceptor } from './etag.interceptor.js';
import { HealthController } from './health.controller.js';
import { OriginGuard } from './origin.guard.js';
import { ProblemFilter } from './problem.filter.js';
import { validation } from './validation.js';

@Module({
  controllers: [HealthController, ClockController, AuditController],
  providers: [
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_GUARD, useClass: OriginGuard },
    { provide: APP_INTERCEPTOR, useClass: EtagInterceptor },
    { provide: APP_PIPE, useFactory: validation },
  ],
})
export class HttpModule {}
