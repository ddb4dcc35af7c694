/** The compiled demonstration as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../src/platform/config/project.js';

export interface DemoRun {
  readonly child: ChildProcess;
  said(): string;
  /** resolves at the exit, with its code; null when killed */
  readonly ended: Promise<number | null>;
}

/** Starts it on the folder, with whatever servers the environment sets. */
export function demoRun(folder: string, ...options: string[]): DemoRun {
  const child = spawn(
    process.execPath,
    [join(projectRoot, 'dist/demo/main.js'), '--out', join(folder, 'out'), ...options],
    { env: { ...process.env, NODE_OPTIONS: '', PUMASI_DATA: folder }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
  });
  return { child, said: () => text, ended };
}

export function pause(millis: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, millis);
  });
}

/** Waits until the run has said something; a run that ends or takes too long before is killed and reported. */
export async function heard(run: DemoRun, words: string, limitMillis = 150_000): Promise<void> {
  const until = Date.now() + limitMillis;
  while (!run.said().includes(words)) {
    if (run.child.exitCode !== null || Date.now() > until) {
      run.child.kill('SIGKILL');
      throw new Error(`never said "${words.trim()}":\n${run.said()}`);
    }
    await pause(20);
  }
}

/** The address of a system that `--keep` left running. */
export function addressOf(run: DemoRun): string {
  return /keeps running at (http:\S+) /.exec(run.said())?.[1] ?? '';
}
