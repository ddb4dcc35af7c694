import { Refusal } from './kernel/refusal.js';

/** One line for a refusal or a busy port; the whole trace for what nobody foresaw. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const { code, port, syscall } = error as { code?: string; port?: number; syscall?: string };
  if (code === 'EADDRINUSE') return `Port ${port ?? ''} is in use. Set PORT to another one; PORT=0 takes a free one.`;
  if (code === 'EACCES' && port !== undefined) return `Port ${port} needs more rights. Set PORT to one above 1023.`;
  if (code !== undefined && (syscall === 'listen' || syscall === 'getaddrinfo')) {
    return `HOST cannot be listened on (${code}). Set it to an address of this machine; 0.0.0.0 is all of them.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
