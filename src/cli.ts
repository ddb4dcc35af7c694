/** The command line: `npm run -s pumasi -- COMMAND`. */
import { Command, InvalidArgumentError } from 'commander';
import { SOLVE_SECONDS } from './allocation/answer.js';
import { runSolve } from './allocation/solve.command.js';
import { sentenceOf } from './sentence.js';

// Commands that need the whole house load it themselves, so that "solve" answers without waiting for it.

// Whoever reads may have enough before the end, as "| head" does: then the rest goes nowhere, and the exit status still says
// what came of the command. Where an answer could not be written for another reason, it was not given.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  process.stderr.write(`pumasi: the output cannot be written: ${sentenceOf(error)}\n`);
  process.on('exit', () => (process.exitCode = 1));
});
process.stderr.on('error', () => undefined);

const output = {
  out: (line: string) => process.stdout.write(`${line}\n`),
  err: (line: string) => process.stderr.write(`${line}\n`),
};

const program = new Command('pumasi').description('Group purchasing of broadband for small businesses.');

program
  .command('migrate')
  .description('bring the database of DATABASE_URL (or the running embedded one) to the present shape')
  .action(async () => {
    const { boot } = await import('./boot.js');
    const ground = await boot(process.env, { join: true });
    console.log('The database has the present shape.');
    await ground.release();
  });

program
  .command('admin')
  .description('make the agency and its first administrator; a temporary password is printed once')
  .option('--email <address>', 'how the administrator signs in', 'admin@agency.example')
  .option('--reset <address>', 'give an administrator who lost the password a temporary one, and end its sessions')
  .action(async ({ email, reset }: { email: string; reset?: string }) => {
    const { NestFactory } = await import('@nestjs/core');
    const { AppModule } = await import('./app.module.js');
    const { boot } = await import('./boot.js');
    const { FirstAdminService, howToSignIn } = await import('./identity/first-admin.service.js');
    const { PasswordsService } = await import('./identity/passwords.service.js');
    const ground = await boot(process.env, { join: true });
    ground.settings.PUMASI_WORKERS = false;
    const app = await NestFactory.createApplicationContext(AppModule.with(ground.settings), {
      logger: false,
      abortOnError: false,
    });
    try {
      const told =
        reset === undefined
          ? await app.get(FirstAdminService, { strict: false }).ensure({ email })
          : await app.get(PasswordsService, { strict: false }).resetAdmin(reset);
      console.log(
        told === null
          ? 'There is an agency already; its administrators invite others. For a lost password: admin --reset ADDRESS.'
          : howToSignIn(told),
      );
    } finally {
      await app.close();
      await ground.release();
    }
  });

/** Seconds as a person writes them. */
function readSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('Seconds are a number above 0 and at most 86400.');
}

program
  .command('solve')
  .description('find the cheapest allocation of the problem in a file; prints one line of JSON')
  .argument('<file>', 'a problem in JSON')
  .option('--seconds <n>', 'how long it may take', readSeconds, SOLVE_SECONDS)
  .action(async (file: string, { seconds }: { seconds: number }) => {
    process.exitCode = await runSolve(file, { seconds }, output);
  });

program
  .command('verify')
  .description('verify the published log of an auction from the file alone; prints one line of JSON')
  .argument('<file>', 'a log in JSON')
  .option('--key <file>', 'the public key (PEM) that the log must be signed with')
  .action(async (file: string, options: { key?: string }) => {
    const { runVerify } = await import('./auctions/verify.command.js');
    process.exitCode = await runVerify(file, options, output);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`pumasi: ${sentenceOf(error)}\n`);
  process.exitCode = 1;
}
