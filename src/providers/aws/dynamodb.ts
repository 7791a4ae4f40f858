import process from 'node:process';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Tries of one request, waits of the SDK between them included below the table's own limit. */
const ATTEMPTS = 3;
/** A request that is not answered in time is tried on another connection. DynamoDB answers within 10 ms as a rule. */
const REQUEST_MS = 1_500;
const CONNECT_MS = 1_000;

interface DynamoDbOptions {
  readonly attempts?: number;
  readonly region?: string;
}

/**
 * Region, credentials and endpoint come by the SDK's own rules: files, environment (`AWS_ENDPOINT_URL_DYNAMODB` too), the
 * instance's role. They are renewed without a restart.
 * @param attempts 1 for what must not be taken late, e.g. a lease
 * @param region where it is known, e.g. of the instance that this runs on: the SDK does not ask the instance
 */
export function createDynamoDb({ attempts = ATTEMPTS, region }: DynamoDbOptions = {}): DynamoDBClient {
  // It warns of what later versions of the SDK need of Node. Ours is pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return new DynamoDBClient({
    maxAttempts: attempts,
    ...(region === undefined ? {} : { region }),
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
  });
}
