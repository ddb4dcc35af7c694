/** The API process, with workers unless PUMASI_WORKERS=off. */
import { createApp } from './app.js';
import { boot, live } from './boot.js';

await live(async () => {
  const ground = await boot(process.env, { log: (line) => console.log(line) });
  try {
    const app = await createApp(ground.settings);
    await app.listen(ground.settings.PORT, ground.settings.HOST);
    console.log(`Pumasi answers at ${await app.getUrl()} (API description at /docs). Ctrl-C stops it.`);
    return async () => {
      await app.close();
      await ground.release();
    };
  } catch (error) {
    await ground.release();
    throw error;
  }
});
