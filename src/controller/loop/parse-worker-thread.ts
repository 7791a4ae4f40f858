import { parentPort } from 'node:worker_threads';
import { parseFile } from '../../model/cluster-spec/parse.ts';
import type { ParseAnswer, ParseJob } from './parse-worker.ts';

/** Entry of the parser's thread: one file in, one answer out, until it is ended from outside. */
parentPort?.on('message', ({ path, content }: ParseJob) => {
  parentPort?.postMessage({ parsed: parseFile(path, content) } satisfies ParseAnswer);
});
parentPort?.postMessage('ready' satisfies ParseAnswer);
