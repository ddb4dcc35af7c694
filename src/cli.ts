/** The command line: `npm run -s pumasi -- COMMAND`. */
import { NestFactory } from '@nestjs/core';
import { Command } from 'commander';
import { AppModule } from './app.module.js';
import { boot, sentenceOf } from './boot.js';
import { FirstAdminService } from './identity/first-admin.service.js';

const program = new Command('pumasi').description('Group purchasing of broadband for small businesses.');

program
  .command('migrate')
  .description('bring the database of DATABASE_URL (or the running embedded one) to the present shape')
  .action(async () => {
    const ground = await boot(process.env, { join: true });
    console.log('The database has the present shape.');
    await ground.release();
  });

program
  .command('admin')
  .description('make the agency and its first administrator; its password is printed once')
  .option('--email <address>', 'how the administrator signs in', 'admin@agency.example')
  .action(async ({ email }: { email: string }) => {
    const ground = await boot(process.env, { join: true });
    ground.settings.PUMASI_WORKERS = false;
    const app = await NestFactory.createApplicationContext(AppModule.with(ground.settings), {
      logger: false,
      abortOnError: false,
    });
    const made = await app.get(FirstAdminService, { strict: false }).ensure({ email });
    console.log(
      made === null
        ? 'There is an agency already; its administrators make further accounts.'
        : `Sign in as ${made.email} with the password ${made.password}; it is not shown again.`,
    );
    await app.close();
    await ground.release();
  });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`pumasi: ${sentenceOf(error)}\n`);
  process.exitCode = 1;
}
