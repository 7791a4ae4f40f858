import { Worker, type WorkerOptions } from 'node:worker_threads';

/** A thread from a TypeScript source: what a test runner transforms does not reach threads. */
export function startTsThread(entry: URL, options: WorkerOptions = {}): Worker {
  const loader = new URL('./ts-loader.mjs', import.meta.url);
  const start = `require('node:module').register(${JSON.stringify(loader.href)}); import(${JSON.stringify(entry.href)});`;
  return new Worker(start, { ...options, eval: true });
}
