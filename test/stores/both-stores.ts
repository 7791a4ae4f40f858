import type { TestProject } from 'vitest/node';
import { startDynamoDbLocal, startMiniStack } from '../support/stand-ins.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly endpoints: Readonly<Record<StoreName, string>>;
  }
}
export type StoreName = 'DynamoDB Local' | 'MiniStack';

/** Starts both stores, once for all files of the project, and ends them. */
export default async function bothStores(project: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.allSettled([startDynamoDbLocal(), startMiniStack()]);
  const end = async (): Promise<void> => {
    await Promise.all(started.map((each) => each.status === 'fulfilled' && each.value.end()));
  };
  const [amazon, other] = started;
  if (amazon.status === 'rejected' || other.status === 'rejected') {
    await end();
    throw new Error(started.map((each) => (each.status === 'rejected' ? String(each.reason) : '')).join('\n'));
  }
  project.provide('endpoints', { 'DynamoDB Local': amazon.value.url, MiniStack: other.value.url });
  return end;
}
