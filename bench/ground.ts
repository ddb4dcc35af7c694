/** A database for one benchmark, durable as in production, and processes that run on it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { projectRoot } from '../src/platform/config/project.js';
import { migrate } from '../src/platform/database/migrate.js';
import { startEmbeddedPostgres, temporaryDataFolder } from '../src/platform/embedded/embedded-postgres.js';

export interface BenchGround {
  readonly url: string;
  readonly pool: pg.Pool;
  end(): Promise<void>;
}

/** Starts an embedded PostgreSQL in a temporary folder and brings it to the present shape. */
export async function benchGround(): Promise<BenchGround> {
  const dataFolder = temporaryDataFolder('bench');
  const server = await startEmbeddedPostgres({ dataFolder });
  await migrate(server.url);
  const pool = new pg.Pool({ connectionString: server.url, max: 4 });
  // A connection that is being closed may hear of the server's end first.
  pool.on('error', () => undefined);
  return {
    url: server.url,
    pool,
    async end() {
      await pool.end();
      await server.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

export interface Served {
  readonly base: string;
  stop(): Promise<void>;
}

/** Starts a compiled program of ours that prints an address when it answers. */
export async function serve(script: string, environment: Readonly<Record<string, string>>): Promise<Served> {
  const child: ChildProcess = spawn(process.execPath, [join(projectRoot, 'dist', script)], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const base = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const address = /http:\/\/[\d.:]+/.exec(said)?.[0];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}: ${said}`)));
  });
  return {
    base,
    async stop() {
      child.kill('SIGTERM');
      await new Promise((resolve) => {
        child.once('exit', resolve);
      });
    },
  };
}
