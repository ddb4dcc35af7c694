/** The API process, with workers unless PUMASI_WORKERS=off. */
import { createApp } from './app.js';
import { boot, live } from './boot.js';
import { FirstAdminService } from './identity/first-admin.service.js';

await live(async () => {
  const embedded = (process.env['DATABASE_URL'] ?? '') === '';
  const ground = await boot(process.env, { log: (line) => console.log(line) });
  try {
    const app = await createApp(ground.settings);
    await app.listen(ground.settings.PORT, ground.settings.HOST);
    console.log(`Pumasi answers at ${await app.getUrl()} (API description at /docs). Ctrl-C stops it.`);
    // On a server the first admin is made by hand ("pumasi admin"): a password does not belong in its log.
    const admin = embedded ? await app.get(FirstAdminService, { strict: false }).ensure() : null;
    if (admin) console.log(`Sign in as ${admin.email} with the password ${admin.password}; it is not shown again.`);
    return async () => {
      await app.close();
      await ground.release();
    };
  } catch (error) {
    await ground.release();
    throw error;
  }
});
