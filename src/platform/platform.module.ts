import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Settings } from './config/settings.js';
import { DatabaseModule } from './database/database.module.js';
import { DeedsModule } from './deeds/deeds.module.js';
import { HttpModule } from './http/http.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { MailModule } from './mail/mail.module.js';
import { MetricsModule } from './metrics/metrics.js';

/** Everything that is not about group purchasing. The only place where modules are global. */
@Global()
@Module({})
export class PlatformModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: PlatformModule,
      imports: [DatabaseModule, MetricsModule, DeedsModule, JobsModule, MailModule, HttpModule],
      providers: [{ provide: Settings, useValue: settings }],
      exports: [Settings],
    };
  }
}
