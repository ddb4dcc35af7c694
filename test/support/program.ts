/** The built programs, each in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../src/platform/config/project.js';

export interface Run {
  readonly child: ChildProcess;
  said(): string;
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts one of dist/src with this environment and no other. */
export function start(program: string, environment: Readonly<Record<string, string>>, ...given: string[]): Run {
  const child = spawn(process.execPath, [join(projectRoot, 'dist/src', program), ...given], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<number | NodeJS.Signals | null>((done) => {
    child.once('close', (code, signal) => done(code ?? signal));
  });
  return { child, said: () => text, ended };
}

/** Waits until it says so; it must not end before. */
export async function says(run: Run, what: string): Promise<void> {
  while (!run.said().includes(what)) {
    if (run.child.exitCode !== null) throw new Error(`it ended: ${run.said()}`);
    await sleep(20);
  }
}
