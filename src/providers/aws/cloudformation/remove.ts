import {
  type CloudFormationClient,
  DeleteStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import type { Result } from '../../../base/result.ts';
import type { Problem } from '../../../model/problem.ts';
import { answer } from '../problems.ts';
import type { Stack } from './stacks.ts';

/** Begins to delete a stack, whatever its state. By its ARN: a stack that bears the name later is another one. */
export function removeStack(
  client: CloudFormationClient,
  { id, name, isProtected }: Stack,
  term: number,
  signal: AbortSignal,
): Promise<Result<void, Problem>> {
  return answer(`the stack ${name}`, signal, async () => {
    if (isProtected) await setProtection(client, name, false, signal);
    const ClientRequestToken = `skep-delete-${term}`;
    await client.send(new DeleteStackCommand({ StackName: id, ClientRequestToken }), { abortSignal: signal });
  });
}

export function protectStack(
  client: CloudFormationClient,
  { name }: Stack,
  isProtected: boolean,
  signal: AbortSignal,
): Promise<Result<void, Problem>> {
  return answer(`the stack ${name}`, signal, () => setProtection(client, name, isProtected, signal));
}

async function setProtection(
  client: CloudFormationClient,
  StackName: string,
  EnableTerminationProtection: boolean,
  abortSignal: AbortSignal,
): Promise<void> {
  const command = new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection });
  await client.send(command, { abortSignal });
}
