/** The job process: the same modules without a port. Run as many as there is work for. */
import { NestFactory } from '@nestjs/core';
import { AllocationService } from './allocation/allocation.service.js';
import { logger } from './app.js';
import { AppModule } from './app.module.js';
import { boot, live, orUnreachable } from './boot.js';

await live(async () => {
  const ground = await boot(process.env, { join: true });
  ground.settings.PUMASI_WORKERS = true;
  const app = await NestFactory.createApplicationContext(AppModule.with(ground.settings), {
    abortOnError: false,
    logger: logger(ground.settings),
  }).catch(orUnreachable);
  console.log('Pumasi works on jobs. Ctrl-C stops it.');
  app.get(AllocationService, { strict: false }).getReady();
  return () => app.close();
});
