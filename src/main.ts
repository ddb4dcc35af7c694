/** The API process, with workers unless PUMASI_WORKERS=off. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AllocationService } from './allocation/allocation.service.js';
import { createApp } from './app.js';
import { boot, live, orUnreachable } from './boot.js';
import { FirstAdminService, howToSignIn } from './identity/first-admin.service.js';

await live(async (stoppedBy) => {
  const embedded = (process.env['DATABASE_URL'] ?? '') === '';
  const ground = await boot(process.env, { log: (line) => console.log(line) });
  let app: NestFastifyApplication | undefined;
  // In this order also when the start fails: what works on the database must not lose it under its feet.
  const stop = async (): Promise<void> => {
    try {
      await app?.close();
    } finally {
      await ground.release();
    }
  };
  stoppedBy(stop);
  try {
    app = await createApp(ground.settings).catch(orUnreachable);
    await app.listen(ground.settings.PORT, ground.settings.HOST);
    console.log(`Pumasi answers at ${await app.getUrl()} (API description at /docs). Ctrl-C stops it.`);
    // On a server the first admin is made by hand ("pumasi admin"): a password does not belong in its log.
    const admin = embedded ? await app.get(FirstAdminService, { strict: false }).ensure() : null;
    if (admin) console.log(howToSignIn(admin));
    if (ground.settings.PUMASI_WORKERS) app.get(AllocationService, { strict: false }).getReady();
    return stop;
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
});
