import { type CloudFormationClient, DescribeStackEventsCommand, type StackEvent } from '@aws-sdk/client-cloudformation';

/** How the last operation on a stack failed. */
export interface Failure {
  /** What failed first, in CloudFormation's words: all that failed after it was called off, or taken back. */
  readonly cause: string;
  /** When, ms since the epoch. */
  readonly at: number;
  /** The token that whoever began it gave; null: none. */
  readonly token: string | null;
}

/** Pages of a hundred events. An operation of ours has fewer than sixty. */
const PAGES = 5;
const BEGINNINGS: ReadonlySet<string> = new Set([
  'CREATE_IN_PROGRESS',
  'UPDATE_IN_PROGRESS',
  'DELETE_IN_PROGRESS',
  'REVIEW_IN_PROGRESS',
]);

/** Of the last operation; null: nothing failed in it. Rejects with what the SDK throws. */
export async function lastFailure(
  client: CloudFormationClient,
  stackId: string,
  signal: AbortSignal,
): Promise<Failure | null> {
  let first: StackEvent | null = null;
  let NextToken: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const input = { StackName: stackId, ...(NextToken ? { NextToken } : {}) };
    const answered = await client.send(new DescribeStackEventsCommand(input), { abortSignal: signal });
    for (const event of answered.StackEvents ?? []) {
      // The latest come first.
      if (event.ResourceStatus?.endsWith('_FAILED')) first = event;
      if (event.PhysicalResourceId === stackId && BEGINNINGS.has(event.ResourceStatus ?? ''))
        return first && failureOf(first);
    }
    NextToken = answered.NextToken;
    if (!NextToken) break;
  }
  return first && failureOf(first);
}

const failureOf = ({
  LogicalResourceId,
  ResourceType,
  ResourceStatusReason,
  Timestamp,
  ClientRequestToken,
}: StackEvent) => ({
  cause: `${LogicalResourceId} (${ResourceType}): ${(ResourceStatusReason ?? 'no reason given').replace(/\s+/g, ' ').slice(0, 300)}`,
  at: Timestamp?.getTime() ?? 0,
  token: ClientRequestToken ?? null,
});
