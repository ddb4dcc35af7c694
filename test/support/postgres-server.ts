/** A PostgreSQL of a test's own, which it stops and starts again. */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDataFolder } from '../../src/platform/embedded/embedded-postgres.js';
import { startProcess, untilNothingRuns } from './embedded-process.js';

export class PostgresServer {
  private readonly folder = temporaryDataFolder('pumasi-restarted');
  private process: ReturnType<typeof startProcess> | undefined;
  url = '';

  async start(): Promise<void> {
    this.process = startProcess(this.folder);
    const report = await this.process.report();
    if (report.url === undefined) throw new Error(report.sentence ?? 'no database');
    this.url = report.url;
  }

  /** SIGINT is a restart as an administrator does it; SIGQUIT ends everything at once, as a crash does. */
  async stop(how: NodeJS.Signals): Promise<void> {
    const [postmaster = ''] = readFileSync(join(this.folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(postmaster), how);
    await untilNothingRuns(join(this.folder, 'postgres'));
    await this.leave();
  }

  async remove(): Promise<void> {
    await this.leave();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async leave(): Promise<void> {
    this.process?.child.kill('SIGKILL');
    await this.process?.ended;
    await untilNothingRuns(this.folder);
  }
}
